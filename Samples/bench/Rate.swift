import Sluice
import SluiceRateLimiting

extension Bench {
  /// An end under limits that never limit.
  nonisolated func limited(_ end: BufferEvent) throws -> BufferEvent {
    let limit = try RateLimit(.perSecond(.gibibytes(1 << 20)))
    return try (0..<depth).reduce(end) { below, _ in try below.limited(by: limit) }
  }

  /// Streams under a limit in real time, and reports how near the rate it came, and what that cost.
  nonisolated func rateStream() throws {
    let base = EventBase()
    let (left, right) = base.pair()
    let rate = try ByteRate(rate)
    let sender = try left.limited(by: RateLimit(writing: .init(rate, start: 0)))
    let block = [UInt8](repeating: 0x78, count: max(size, 1))
    func fill(_ event: BufferEvent) { while event.write(block).room > 0 {} }
    var received: Int64 = 0
    right.onRead = { received += Int64($0.input.drain()) }
    sender.onWrite = fill
    sender.writeMarks = Watermarks(low: 128 * 1024, high: 256 * 1024)
    let begin = base.now
    let time = Stopwatch()
    fill(sender)
    try base.run(for: .seconds(seconds))
    let end = base.now
    let expected = Double(rate.bytesPerSecond) * (begin.duration(to: end) / .seconds(1))
    report([
      ("bytes_per_s", Double(received) / (begin.duration(to: end) / .seconds(1))),
      ("deviation_ppm", (Double(received) / expected - 1) * 1e6),
      ("cpu_percent_x100", time.processorShare * 10_000),
    ])
    sender.abort()
  }
}
