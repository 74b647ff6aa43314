import Sluice
import SluiceTesting
import Testing

@testable import SluiceRateLimiting

/// What a limited event does when, to the nanosecond, in both directions.
struct TimelineTests {
  let base = EventBase(clock: .virtual)

  enum Side: CaseIterable { case reading, writing }

  /// Two ends, of which bytes flow from the first to the second through a limit.
  private func ends(_ side: Side, _ limiter: RateLimiter) throws -> (from: BufferEvent, to: BufferEvent) {
    let (left, right) = base.pair()
    switch side {
    case .reading: return (left, try right.limited(by: limiter))
    case .writing: return (try left.limited(by: limiter), right)
    }
  }

  /// R8.
  @Test(arguments: Side.allCases)
  func `a tick lets through what it brings, and after a rest the burst`(_ side: Side) throws {
    let limit = try RateLimit(.per(ms(100), 1_000), burst: 3_000, tick: ms(100))
    let (from, to) = try ends(side, RateLimiter(limit))
    let timeline = Timeline(of: to)
    from.write([UInt8](repeating: 1, count: 6_000))
    try base.run()
    #expect(
      timeline.inMilliseconds == [
        [0, 1_000], [100, 1_000], [200, 1_000], [300, 1_000], [400, 1_000], [500, 1_000],
      ])
    try base.run(until: .init(nanoseconds: 1_100_000_000))
    from.write([UInt8](repeating: 1, count: 6_000))
    try base.run()
    #expect(
      timeline.inMilliseconds.dropFirst(6) == [[1_100, 3_000], [1_200, 1_000], [1_300, 1_000], [1_400, 1_000]])
  }

  @Test(arguments: Side.allCases)
  func `without a tick bytes flow in steps of five milliseconds, and the last is not late`(_ side: Side) throws {
    let limit = try RateLimit(.perSecond(.kilobytes(100)), burst: 2_000, start: 0)
    let (from, to) = try ends(side, RateLimiter(limit))
    let timeline = Timeline(of: to)
    from.write([UInt8](repeating: 1, count: 1_300))
    try base.run()
    #expect(timeline.inMilliseconds == [[5, 500], [10, 500], [13, 300]])
    #expect(base.now.nanoseconds == 13_000_000)
  }

  @Test func `little bytes wait no longer than they must`() throws {
    let (from, to) = try ends(.writing, RateLimiter(try RateLimit(.perSecond(.kilobytes(100)), start: 0)))
    let timeline = Timeline(of: to)
    from.write([UInt8](repeating: 1, count: 30))
    try base.run()
    #expect(timeline.entries.map(\.at) == [300_000])
  }

  @Test(arguments: Side.allCases)
  func `one byte a second`(_ side: Side) throws {
    let (from, to) = try ends(side, RateLimiter(try RateLimit(ByteRate("1B/s"))))
    let timeline = Timeline(of: to)
    from.write("abcd")
    try base.run()
    #expect(timeline.inMilliseconds == [[0, 1], [1_000, 1], [2_000, 1], [3_000, 1]])
  }

  @Test(arguments: [Int64(1) << 62, .max])
  func `the largest rates pass everything at once`(_ rate: Int64) throws {
    let (from, to) = try ends(.reading, RateLimiter(try RateLimit(ByteRate(bytesPerSecond: rate))))
    let timeline = Timeline(of: to)
    from.write([UInt8](repeating: 1, count: 100_000))
    try base.run(until: .init(nanoseconds: .max / 2))
    from.write([UInt8](repeating: 1, count: 100_000))
    try base.run()
    #expect(timeline.bytes == 200_000)
    #expect(timeline.entries.map(\.at) == [0, .max / 2])
  }

  @Test func `a clock far ahead brings the burst, once`() throws {
    let limiter = RateLimiter(try RateLimit(ByteRate("1kB/s"), burst: 1_000, start: 0))
    let (from, to) = try ends(.writing, limiter)
    let timeline = Timeline(of: to)
    try base.run(until: .init(nanoseconds: .max / 2))
    from.write([UInt8](repeating: 1, count: 1_005))
    try base.run()
    #expect(timeline.entries.map(\.bytes) == [1_000, 5])
    #expect(timeline.entries[1].at - timeline.entries[0].at == 5_000_000)
  }

  @Test func `the two directions have buckets of their own`() throws {
    let (left, right) = base.pair()
    let limit = try RateLimit(
      reading: .init(ByteRate("1kB/s"), burst: 100), writing: .init(ByteRate("2kB/s"), burst: 100))
    let top = try left.limited(by: limit)
    let (out, back) = (Timeline(of: right), Timeline(of: top))
    top.write([UInt8](repeating: 1, count: 1_100))
    right.write([UInt8](repeating: 1, count: 1_100))
    try base.run()
    #expect(out.entries.last?.at == 500_000_000)
    #expect(back.entries.last?.at == 1_000_000_000)
    #expect(out.bytes == 1_100)
    #expect(back.bytes == 1_100)
  }

  @Test func `one direction alone is limited where the other has no allowance`() throws {
    let (left, right) = base.pair()
    let top = try left.limited(by: try RateLimit(writing: .init(ByteRate("1kB/s"), burst: 10)))
    let (out, back) = (Timeline(of: right), Timeline(of: top))
    top.write([UInt8](repeating: 1, count: 20))
    right.write([UInt8](repeating: 1, count: 200_000))
    try base.run()
    #expect(back.inMilliseconds == [[0, 200_000]])
    #expect(out.inMilliseconds == [[0, 10], [5, 5], [10, 5]])
  }

  /// The property that a limit is for, through a whole stack.
  @Test(arguments: Side.allCases, [0, 1, 10] as [Int64])
  func `no window passes more than burst and rate times window`(_ side: Side, _ tick: Int64) throws {
    var random = SeededGenerator(seed: UInt64(tick) + 1)
    for _ in 0..<12 {
      let base = EventBase(clock: .virtual)
      let rate = Int64.random(in: 10_000...100_000_000, using: &random)
      let burst = rate / Int64.random(in: 5...90, using: &random)
      let limiter = RateLimiter(
        try RateLimit(ByteRate(bytesPerSecond: rate), burst: .bytes(burst), tick: tick > 0 ? ms(tick) : nil))
      let (left, right) = base.pair()
      let from = side == .writing ? try left.limited(by: limiter) : left
      let to = side == .reading ? try right.limited(by: limiter) : right
      let timeline = Timeline(of: to)
      var sent = 0
      for _ in 0..<80 {
        let count = Int.random(in: 0...Int(burst / 2), using: &random)
        from.write([UInt8](repeating: 1, count: count))
        sent += count
        try base.run(for: .microseconds(Int64.random(in: 0...20_000, using: &random)))
      }
      try base.run()
      #expect(timeline.bytes == sent)
      let slack = rate * tick / 1_000 + 1
      #expect(timeline.keeps(rate: rate, burst: burst, slack: tick > 0 ? slack : 0))
    }
  }

  @Test(arguments: Side.allCases)
  func `over ten seconds the rate is exact`(_ side: Side) throws {
    let limiter = RateLimiter(try RateLimit(ByteRate(bytesPerSecond: 1_234_567), start: 0))
    let (from, to) = try ends(side, limiter)
    let timeline = Timeline(of: to)
    pour(from)
    try base.run(for: .seconds(10))
    let expected = 10 * 1_234_567
    #expect(abs(timeline.bytes - expected) <= 1_234_567 * 5 / 1_000)
    #expect(timeline.bytes <= expected)
    from.abort()
  }
}
