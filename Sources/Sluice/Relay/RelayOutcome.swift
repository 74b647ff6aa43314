/// How a relay ended.
public enum RelayOutcome: Sendable, CustomStringConvertible {
  /// Both directions ended in order, and everything was passed on. The side that ended first is named.
  case finished(first: RelaySide)
  /// An error of that side ended it. What came before the error was passed on to the other side, as far as that took it; then
  /// that was reset, so that it does not take what it got for all there is. Where its input had ended in order before, it was
  /// closed.
  case failed(RelaySide, StreamError)
  /// That side closed, or reads no more, and did not take everything. What it sent itself was passed on.
  case stoppedReading(RelaySide)
  /// Nothing moved in either direction for `RelayOptions.idleTimeout`, or in one for a timeout of an event's own; or one side
  /// did not take its last bytes in `closeTimeout`.
  case idle
  /// The application called `Relay.close()`, or closed one of the events.
  case closed
  /// The application called `Relay.abort()`, or the base was shut down.
  case aborted

  /// A word for logs, from a closed list: `finished`, `failed`, `stopped-reading`, `idle`, `closed`, `aborted`.
  public var word: String {
    switch self {
    case .finished: "finished"
    case .failed: "failed"
    case .stoppedReading: "stopped-reading"
    case .idle: "idle"
    case .closed: "closed"
    case .aborted: "aborted"
    }
  }

  /// How it ended, in words: which side, and what error.
  public var description: String {
    switch self {
    case .finished(let first): "both sides finished, the \(first) one first"
    case .failed(let side, let error): "the \(side) side failed: \(error)"
    case .stoppedReading(let side): "the \(side) side stopped reading"
    case .idle: "nothing moved in time"
    case .closed: "closed from here"
    case .aborted: "aborted from here"
    }
  }
}
