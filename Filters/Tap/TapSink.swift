public import Sluice

/// Where the bytes of a tap came from.
public struct TapPoint: Equatable, Sendable {
  /// `.write` for bytes on their way to the wire, `.read` for those that came from there.
  public let direction: Directions
  /// How many bytes of that direction passed before these.
  public let offset: Int
  /// When they passed, on the base's clock.
  public let time: EventBase.Instant

  /// A point in one direction of a stream.
  public init(_ direction: Directions, offset: Int, time: EventBase.Instant) {
    (self.direction, self.offset, self.time) = (direction, offset, time)
  }
}

/// What a tap records to. Its calls come from the filter's, so they must be short, and use no buffer event. What they throw is
/// counted and told once, and never breaks the stream; the next bytes are offered all the same.
public protocol TapSink: AnyObject {
  /// The tap was put on a stack.
  func began(at time: EventBase.Instant) throws

  /// Bytes pass: the first `count` of `bytes`, at least one. They are lent, not copied.
  func passed(_ bytes: borrowing EventBuffer, _ count: Int, at point: TapPoint) throws

  /// The direction of `point` has ended in order.
  func ended(at point: TapPoint) throws

  /// Whether it holds something back that `flush` would write.
  var isBuffering: Bool { get }

  /// Writes what it holds back. Called at the end of the loop's round in which it held something back.
  func flush() throws

  /// The tap is gone, with its stack: the last call.
  func closed(at time: EventBase.Instant) throws
}

extension TapSink {
  /// Does nothing.
  public func began(at time: EventBase.Instant) throws {}
  /// Does nothing.
  public func ended(at point: TapPoint) throws {}
  /// False.
  public var isBuffering: Bool { false }
  /// Does nothing.
  public func flush() throws {}
  /// Flushes.
  public func closed(at time: EventBase.Instant) throws { try flush() }
}
