/// What a buffer event tells besides bytes. libevent: the flags of `bufferevent_event_cb`, one event a call.
public enum StreamEvent: Sendable {
  /// The transport is connected, or a filter's handshake is done. Comes before the first read callback.
  case connected
  /// The other end finished writing; all its bytes are in `input`. Writing goes on until `finish()`. Comes once, behind the
  /// last read callback. From then on a socket is looked at only where something is to be written: that the connection broke
  /// shows with the next write, or by a timeout.
  case endOfInput
  /// The other end will take nothing more; what is written from now on is refused. Comes once.
  case endOfOutput
  /// Nothing moved in that direction for as long as its timeout says. The direction is disabled now; enabling it starts
  /// anew.
  case timeout(Directions)
  /// The stream broke. Both directions are over, and no other event follows.
  case error(StreamError)
  /// Something that a filter, or the application through `trigger`, has to say.
  case notice(any Sendable)

  var isEndOfInput: Bool { if case .endOfInput = self { true } else { false } }
}

/// What broke a stream, where, and in which direction.
public struct StreamError: Error, Sendable, CustomStringConvertible {
  /// What happened.
  public enum Reason: Error {
    /// The other end aborted: what it had not sent yet, and what was on its way to it, is lost.
    case reset
    /// The other end closed before it took everything that was written.
    case peerClosed
    /// The other end finished in the middle of something: a record, a gzip member, a frame.
    case truncated
    /// A filter neither took nor gave a byte, though it said that it moved on, or though the application finished and bytes
    /// are left to encode.
    case noProgress
    /// A filter waits for more input than the layer below may hold: a unit is longer than that layer's read high mark.
    case inputFull
    /// A filter waits for more output than its own layer may hold: a unit is longer than that layer's write high mark. Never
    /// on top of a stack, where the application may write past the mark.
    case outputFull
    /// A filter failed, with its own error.
    case filter(any Error)
    /// The transport failed, with its own error.
    case transport(any Error)
  }

  /// What happened.
  public let reason: Reason
  /// The direction it happened in; both, where it cannot be told.
  public let direction: Directions
  /// The name of the filter it happened in; nil for the transport.
  public let filter: String?
  /// The filter's place in its stack, counted from the wire: 1 stands on the transport. 0 is the transport itself.
  public let place: Int

  /// An error as the transport's own, or as a filter's.
  public init(_ reason: Reason, direction: Directions = .both, filter: String? = nil, place: Int = 0) {
    self.reason = reason
    self.direction = direction
    self.filter = filter
    self.place = place
  }

  /// The error in words: where, in which direction, what.
  public var description: String {
    let what =
      switch reason {
      case .reset: "the other end reset the stream"
      case .peerClosed: "the other end closed before it took everything"
      case .truncated: "the input ended in the middle of a unit: the other end stopped early, or bytes were lost"
      case .noProgress:
        "the filter moved no byte: return .needsMore to wait; when the application finished, encode what is left, also where"
          + " a unit passes the limit"
      case .inputFull: "a unit is longer than the layer below may hold: raise its read high mark, or refuse such units"
      case .outputFull:
        "a unit is longer than the filter's own layer may hold: raise its write high mark, or take such units in parts"
      case .filter(let error), .transport(let error): "\(error)"
      }
    let layer = filter.map { "filter \($0) (number \(place) from the wire)" }
    // Both directions go without saying.
    let site = [layer, direction == .both ? nil : "\(direction)"].compactMap(\.self).joined(separator: ", ")
    return site.isEmpty ? what : "\(site): \(what)"
  }
}
