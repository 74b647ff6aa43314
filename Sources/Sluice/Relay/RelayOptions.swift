/// How a relay works.
public struct RelayOptions: Sendable {
  /// After this time without a byte in either direction the relay ends; nil for never. It holds for what is drained at the
  /// end, too. Without it, a side that vanishes once its input has ended, or while the other takes nothing, is noticed only when
  /// something is written to it. Measured on the base's clock; a timer is armed once in that time, not for each byte.
  public var idleTimeout: Duration?
  /// How long it may take, after the end, until each side took what was sent to it; then what is left is thrown away. nil
  /// waits as long as something moves within `idleTimeout`, and without that for ever.
  public var closeTimeout: Duration?
  /// Whether bytes between two plain sockets may pass through the kernel alone, without entering this program's memory, where
  /// there are many of them.
  public var allowsSplice = true

  /// No timeouts.
  public init() {}
}

/// One of a relay's two events.
public enum RelaySide: Sendable, Hashable, CustomStringConvertible {
  /// The event that `relay(to:)` was called on.
  case left
  /// The event that was given to `relay(to:)`.
  case right

  /// The other one.
  public var other: RelaySide { self == .left ? .right : .left }

  /// `left` or `right`.
  public var description: String { self == .left ? "left" : "right" }
}
