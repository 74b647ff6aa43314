/// What became of bytes that were written to a buffer event.
public enum WriteOutcome: Equatable, Sendable {
  /// They are on their way, in order. `room` is how much may still be written below the write high mark; 0 or less asks the
  /// writer to wait for the write callback.
  case accepted(room: Int)
  /// Not a byte was taken.
  case refused(Refusal)

  /// Why writing is refused.
  public enum Refusal: Equatable, Sendable, CustomStringConvertible {
    /// `finish()` was called before.
    case finished
    /// `close()`, `abort()` or `free()` was called before.
    case closed
    /// An error ended the stream; the event callback told which.
    case failed
    /// The other end closed, and reads nothing more.
    case peerClosed
    /// The other end is gone without a word (`free()`).
    case unlinked
    /// A filter stands on this event: write to the filter's event.
    case underneath
    /// `output` is being changed further up on the stack of calls.
    case busy

    /// The reason in words, with what to do.
    public var description: String {
      switch self {
      case .finished: "finish() was called: nothing can follow it"
      case .closed: "the event is closed"
      case .failed: "an error ended the stream; the event callback told which"
      case .peerClosed: "the other end closed, and reads nothing more"
      case .unlinked: "the other end was freed"
      case .underneath: "a filter stands on this event: write to the event that filtered(by:) returned"
      case .busy: "the output is in use by a caller: write when that access has ended"
      }
    }
  }

  /// Whether the bytes were taken.
  public var isAccepted: Bool {
    if case .accepted = self { true } else { false }
  }

  /// Bytes that may still be written below the write high mark; 0 where there is none, or where writing is refused.
  public var room: Int {
    if case .accepted(let room) = self { max(room, 0) } else { 0 }
  }
}
