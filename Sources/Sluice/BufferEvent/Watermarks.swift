/// The low and the high mark of a direction, in bytes. libevent: `bufferevent_setwatermark`.
///
/// Reading: the read callback waits for `low` bytes, and nothing is read past `high`. Writing: the write callback waits until
/// no more than `low` bytes are left, and `high` is the promise to the writer: `write` tells how much room is left below it.
public struct Watermarks: Equatable, Sendable {
  /// The low mark; less than 0 counts as 0.
  public let low: Int
  /// The high mark; less than 1 counts as 1. `Watermarks.unlimited` lifts it.
  public let high: Int

  /// A high mark that nothing reaches.
  public static let unlimited = Int.max

  /// The high mark of every direction of a new event: 256 KiB, so that no peer can make memory grow without bound. libevent:
  /// none.
  public static let defaultHigh = 256 * 1024

  /// A pair of marks.
  public init(low: Int = 0, high: Int = defaultHigh) {
    self.low = max(low, 0)
    self.high = max(high, 1)
  }
}

extension BufferEvent {
  /// The marks of the input. Raising the high mark brings what waits below; lowering the low mark below what is there, and
  /// was not announced yet, queues the read callback.
  public var readMarks: Watermarks {
    get { Watermarks(low: readLow, high: readHigh) }
    set {
      let rises = newValue.high > readHigh
      (readLow, readHigh) = (newValue.low, newValue.high)
      announceOwedRead()
      if rises { readingResumed() } else { timingChanged() }
    }
  }

  /// The marks of the output.
  public var writeMarks: Watermarks {
    get { Watermarks(low: writeLow, high: writeHigh) }
    set {
      let rises = newValue.high > writeHigh
      (writeLow, writeHigh) = (newValue.low, newValue.high)
      if flags.contains(.writeOwed) { base.queue.append(self) }
      if rises, let upper { upper._withUnsafeGuaranteedRef { $0.schedule(.pumpDown) } }
      lookForFullOutput()
    }
  }

  /// Bytes that may be written before the write high mark is reached; 0 or less where it is, and while a file waits.
  public var writeRoom: Int {
    let room = writeHigh &- outputBuffer.count
    guard flags.contains(.filesPending), let files = extras?.files else { return room }
    return min(0, room &- files.waiting.ofMemory)
  }

  /// How often a write took the output past its high mark.
  public var writeMarkPasses: Int { Int(markPasses) }
}
