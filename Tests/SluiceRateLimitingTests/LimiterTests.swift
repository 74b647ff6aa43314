import Sluice
import Testing

@testable import SluiceRateLimiting

/// A limit in the application's hands, while it runs.
struct LimiterTests {
  let base = EventBase(clock: .virtual)

  private func limited(_ limiter: RateLimiter) throws -> (top: BufferEvent, peer: BufferEvent) {
    let (left, right) = base.pair()
    return (try left.limited(by: limiter), right)
  }

  private func slow(_ start: ByteCount? = 0) throws -> RateLimiter {
    RateLimiter(try RateLimit(ByteRate("1kB/s"), burst: 1_000, start: start))
  }

  /// R13.
  @Test func `lifting lets everything go on at once`() throws {
    let limiter = try slow()
    let (top, peer) = try limited(limiter)
    let (out, back) = (Timeline(of: peer), Timeline(of: top))
    top.write([UInt8](repeating: 1, count: 100_000))
    peer.write([UInt8](repeating: 1, count: 100_000))
    try base.run(until: .init(nanoseconds: 7_000_000))
    limiter.lift()
    #expect(out.bytes == 5, "nobody is called from inside")
    try base.run()
    #expect(out.inMilliseconds == [[5, 5], [7, 99_995]])
    #expect(back.inMilliseconds == [[5, 5], [7, 99_995]])
    #expect(limiter.level(.read) == nil)
    #expect(limiter.available(.write) == nil)
  }

  /// R4.
  @Test func `a change cuts levels to the new burst, leaves negative ones, and takes effect at once`() throws {
    let limiter = try slow(nil)
    let (top, peer) = try limited(limiter)
    #expect(limiter.level(.write) == 1_000)
    limiter.decrement(.read, by: 1_250)
    limiter.change(to: try RateLimit(ByteRate("2kB/s"), burst: 60))
    #expect(limiter.level(.write) == 60)
    #expect(limiter.level(.read) == -250)
    let back = Timeline(of: top)
    peer.write([UInt8](repeating: 1, count: 20))
    try base.run()
    // 250 and 10 bytes, five milliseconds' worth, at 2 bytes a millisecond.
    #expect(back.inMilliseconds == [[130, 10], [135, 10]])
    limiter.change(to: try RateLimit(ByteRate("10MB/s"), burst: 1_000_000, start: 1_000_000))
    #expect(limiter.level(.write) == 60, "a start level is for the start")
  }

  @Test func `a change while bytes wait is felt at once`() throws {
    let limiter = try slow()
    let (top, peer) = try limited(limiter)
    let out = Timeline(of: peer)
    top.write([UInt8](repeating: 1, count: 1_005))
    try base.run(until: .init(nanoseconds: 5_000_000))
    limiter.change(to: try RateLimit(ByteRate("100kB/s"), burst: 10_000))
    try base.run()
    #expect(out.inMilliseconds == [[5, 5], [10, 500], [15, 500]])
  }

  /// R6: levels go negative by forced transfers.
  @Test func `a flush passes everything, and the bucket pays it back`() throws {
    let limiter = try slow(nil)
    let (top, peer) = try limited(limiter)
    let (out, back) = (Timeline(of: peer), Timeline(of: top))
    top.write([UInt8](repeating: 1, count: 3_000))
    peer.write([UInt8](repeating: 1, count: 3_000))
    try base.run(until: .init(nanoseconds: 1))
    top.flush(.flush, .both)
    try base.run(until: .init(nanoseconds: 1_000_000))
    #expect(out.bytes == 3_000)
    #expect(back.bytes == 3_000)
    #expect(limiter.level(.write) == -1_999)
    #expect(limiter.level(.read) == -1_999)
    #expect(limiter.available(.read) == 0)
    top.write("x")
    try base.run()
    #expect(base.milliseconds == 2_001)
    #expect(limiter.total(.write) == 3_001)
  }

  /// R11.
  @Test func `taking by hand stops a stream, and giving back lets it go on`() throws {
    let limiter = try slow(nil)
    let (top, peer) = try limited(limiter)
    let out = Timeline(of: peer)
    limiter.decrement(.write, by: 1_500)
    top.write([UInt8](repeating: 1, count: 300))
    try base.run(until: .init(nanoseconds: 10_000_000))
    #expect(out.bytes == 0)
    limiter.increment(.write, by: 690)
    try base.run(until: .init(nanoseconds: 11_000_000))
    #expect(out.inMilliseconds == [[10, 200]])
    limiter.decrement(.write, by: -.max)
    try base.run(until: .init(nanoseconds: 12_000_000))
    #expect(out.bytes == 300)
    #expect(limiter.level(.write) == 901)
    limiter.increment(.both, by: .min)
    #expect(try #require(limiter.level(.read)) < 0)
    #expect(limiter.total(.write) == 300, "what is done by hand does not count (R21)")
  }

  /// R10, R21.
  @Test func `totals count what passed, and levels are of now`() throws {
    let limiter = try slow()
    #expect(limiter.level(.read) == nil)
    #expect(!limiter.isInUse)
    let (top, peer) = try limited(limiter)
    #expect(limiter.isInUse)
    top.write("12345")
    peer.write("123")
    try base.run()
    #expect(limiter.total(.write) == 5)
    #expect(limiter.total(.read) == 3)
    limiter.resetTotals()
    #expect(limiter.total(.both) == 0)
    let level = try #require(limiter.level(.write))
    try base.run(for: ms(100))
    #expect(limiter.level(.write) == level + 100)
    #expect(limiter.available(.write) == level + 100)
  }

  @Test func `a limiter serves one event, and another when that is gone`() throws {
    let limiter = try slow()
    var (top, peer): (BufferEvent?, BufferEvent?) = try limited(limiter)
    let (left, right) = base.pair()
    #expect(throws: RateLimitError.limiterInUse) { try left.limited(by: limiter) }
    (top, peer) = (nil, nil)
    try base.run()
    #expect(!limiter.isInUse)
    _ = try left.limited(by: limiter)
    withExtendedLifetime((top, peer, right)) {}
  }

  @Test func `a limit that cannot be put on leaves the limiter as it was`() throws {
    let group = RateLimitGroup(on: base, .unlimited)
    let limiter = try slow()
    try limiter.join(group)
    let (left, _) = base.pair()
    left.close()
    #expect(throws: RateLimitError.stack(.closed)) { try left.limited(by: limiter) }
    #expect(!limiter.isInUse)
    #expect(limiter.group === group)
    #expect(group.memberCount == 1)
  }
}
