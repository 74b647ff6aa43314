import CSluiceSystem

/// What a descriptor is watched for, and what it is ready for.
struct Readiness: OptionSet {
  let rawValue: Int32

  static let read = Readiness(rawValue: 1)
  static let write = Readiness(rawValue: 2)
  /// An error, or the other end gone altogether; told whether or not it was asked for.
  static let failure = Readiness(rawValue: 4)
}

/// Waits for descriptors: epoll, or poll(2) where there is no better.
protocol Poller: AnyObject {
  /// Changes what a descriptor is watched for; called only where it does change. A descriptor that is watched for nothing is
  /// not watched at all, so that errors nobody waits for cannot wake the loop again and again.
  func watch(_ descriptor: Int32, for wanted: Readiness, was: Readiness, token: UInt64) throws(EventBaseError)
  /// Sleeps until something is ready, or `nanoseconds` have passed (for ever, where negative). What it returns is good until
  /// the next call.
  func wait(nanoseconds: Int64) throws(EventBaseError) -> UnsafeBufferPointer<sluice_ready>
}

/// Which poller a base uses.
public enum PollerKind: Sendable {
  /// The best that the system has: epoll on Linux.
  case automatic
  /// poll(2), which every system has; its cost grows with the number of descriptors.
  case poll
}
