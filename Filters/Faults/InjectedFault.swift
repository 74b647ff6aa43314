public import Sluice

/// What ended a stream on purpose: the reason `.filter` of the buffer event's error where a `Fault` cut it, so that a log can
/// tell an injected fault from a real one.
public struct InjectedFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The fault that struck.
  public let fault: Fault
  /// The direction in which it struck.
  public let direction: Directions

  /// The fault in words.
  public var description: String { "injected fault: \(fault)" }
}

extension StreamError {
  /// The fault that broke the stream on purpose; nil, where something else did.
  public var injectedFault: InjectedFault? {
    if case .filter(let error) = reason { error as? InjectedFault } else { nil }
  }
}
