/// Something that goes wrong on a stream, on purpose: what a `FaultFilter` does to the bytes that pass it.
///
/// Each direction that has the fault has it by itself, with counters and random numbers of its own. Bytes are counted from
/// the filter's start, at its place in the stack: above TLS they are those of the application, below it those of the records.
public enum Fault: Equatable, Sendable {
  /// Bytes come later: each by `delay` and a random part of `jitter`, in order, and the end of the stream too. What comes at
  /// one instant stays together.
  ///
  /// Bytes on their way are inside the filter, as they would be on a wire: so a writer is not held back by the delay alone, and
  /// its write timeout does not count. No more than `holding` bytes are on their way in a direction; what comes then waits
  /// outside, as it does for the window of a connection. The throughput is `holding` bytes in a `delay`.
  case latency(_ delay: Duration, jitter: Duration = .zero, holding: Int = 1_048_576)

  /// Bytes come in pieces of `size`, give or take `variation`, each in a round of the loop of its own and `pause` after the one
  /// before, so that what is below has sent a piece before the next joins it. Pieces are smaller where fewer bytes are there,
  /// and gather where the layer below is held up.
  case slice(_ size: Int = 1, variation: Int = 0, pause: Duration = .zero)

  /// Bits of passing bytes are turned over.
  case corrupt(Corruption)

  /// The stream ends when `count` bytes have passed; at once where that is 0.
  case cut(after: Int, by: Ending = .reset)

  /// Nothing passes for a time once `count` bytes have, the end of the stream neither; without a time, for ever.
  case stall(after: Int = 0, for: Duration? = nil)

  /// Which bits are turned over.
  public enum Corruption: Equatable, Sendable {
    /// One bit of the byte at an offset, counted from 0: the `bit` of that value, from 0, the lowest, to 7; without it, one
    /// that the seed chooses.
    case byte(at: Int, bit: Int? = nil)
    /// One bit of one byte in each `count`, where the seed has it.
    case one(in: Int)
  }

  /// How a stream is cut.
  public enum Ending: String, CaseIterable, Sendable {
    /// As if the sender had finished: the other end reads the bytes before, and then the end of its input. The sender is told
    /// `.endOfOutput` where that is this side.
    case end
    /// Both sides see an error: this one an `InjectedFault`, the other a reset of the wire.
    case reset
    /// Without a word: nothing passes any more, and nothing is closed.
    case silence
  }

  /// What it is called in errors and debug descriptions.
  public var name: String {
    switch self {
    case .latency: "latency"
    case .slice: "slice"
    case .corrupt: "corrupt"
    case .cut: "cut"
    case .stall: "stall"
    }
  }
}

extension Fault: CustomStringConvertible {
  /// The fault in words, with what was given.
  public var description: String {
    switch self {
    case .latency(let delay, let jitter, _):
      "latency of \(delay)" + (jitter > .zero ? " and up to \(jitter) more" : "")
    case .slice(let size, let variation, let pause):
      "slices of \(size)" + (variation > 0 ? " ± \(variation)" : "") + " bytes"
        + (pause > .zero ? ", \(pause) apart" : "")
    case .corrupt(.byte(let offset, let bit)):
      "corruption of byte \(offset)" + (bit.map { ", bit \($0)" } ?? "")
    case .corrupt(.one(let count)): "corruption of one byte in \(count)"
    case .cut(let count, let ending): "cut after \(count) bytes by \(ending.rawValue)"
    case .stall(let count, let time): "stall after \(count) bytes " + (time.map { "for \($0)" } ?? "for ever")
    }
  }
}
