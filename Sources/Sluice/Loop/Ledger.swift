/// What a base's parts created and gave back since the base was made, to show that nothing is left behind.
///
/// When everything that was made on a base is closed and dropped, `isBalanced` is true.
public struct Ledger: Equatable, Sendable, CustomStringConvertible {
  /// Buffer events that were made.
  public internal(set) var eventsCreated = 0
  /// Buffer events whose last reference is gone.
  public internal(set) var eventsDestroyed = 0
  /// Timers that were made, those of timeouts among them.
  public internal(set) var timersCreated = 0
  /// Timers whose last reference is gone.
  public internal(set) var timersDestroyed = 0
  /// Segments that entered buffers of the base.
  public internal(set) var segmentsTaken = 0
  /// Segments that left buffers of the base.
  public internal(set) var segmentsReturned = 0

  /// Whether everything that was created is gone again.
  public var isBalanced: Bool {
    eventsCreated == eventsDestroyed && timersCreated == timersDestroyed && segmentsTaken == segmentsReturned
  }

  /// The counts in one line.
  public var description: String {
    "events \(eventsDestroyed)/\(eventsCreated), timers \(timersDestroyed)/\(timersCreated), "
      + "segments \(segmentsReturned)/\(segmentsTaken) given back"
  }
}
