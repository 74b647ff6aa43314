/// Wakes a running filter from outside of its calls: what shares state with a filter tells it through this that the state
/// changed. Made by `FilterContext.waker()`.
///
/// It stays on its base's thread, and keeps neither the filter nor its event alive.
public final class FilterWaker {
  /// Kept true by the event: nil before the filter's first call returned, and after the event has ended.
  var event: Unmanaged<BufferEvent>?

  init() {}

  /// Whether there is a filter to be woken: its event was not closed, and no error ended it.
  public var isConnected: Bool {
    event?._withUnsafeGuaranteedRef { !$0.flags.intersects([.failed, .closed]) } ?? false
  }

  /// Has the loop call the filter's `wake`, and then `decode` and `encode` where there is something for them. It never calls
  /// back from inside, waking twice is waking once, and anybody on the base's thread may do it at any time. O(1).
  ///
  /// - Returns: whether there is a filter that will be woken.
  @discardableResult
  public func wake() -> Bool {
    guard isConnected, let event else { return false }
    event._withUnsafeGuaranteedRef { $0.schedule(.wakeStage) }
    return true
  }
}

@available(*, unavailable, message: "a filter stays on its base's thread; reach it through base.handle")
extension FilterWaker: Sendable {}
