import Sluice
import SluiceTesting
import Testing

@testable import SluiceRateLimiting

/// Limits that events share.
struct GroupTests {
  let base = EventBase(clock: .virtual)

  /// An event in a group, and what its other end got.
  struct Member {
    let top: BufferEvent
    let peer: BufferEvent
    let limiter: RateLimiter
    let timeline: Timeline
  }

  func member(_ group: RateLimitGroup?, own: RateLimit = .unlimited) throws -> Member {
    let (left, right) = base.pair()
    let limiter = RateLimiter(own)
    if let group { try limiter.join(group) }
    return Member(top: try left.limited(by: limiter), peer: right, limiter: limiter, timeline: Timeline(of: right))
  }

  func group(_ rate: String, burst: ByteCount? = nil, share: ByteCount = 64) throws -> RateLimitGroup {
    RateLimitGroup(on: base, try RateLimit(ByteRate(rate), burst: burst, start: 0), minimumShare: share)
  }

  /// Row 27, part 3 rows 23 and 28; R15, R19. The spread is printed.
  @Test(arguments: [(1, 64), (2, 64), (10, 64), (10, 0), (97, 64), (97, 0), (1_000, 0)] as [(Int, ByteCount)])
  func `over ten refills the shares of those that send are within three percent`(_ case: (Int, ByteCount)) throws {
    let group = try group("40MB/s", share: `case`.1)
    let members = try (0..<`case`.0).map { _ in try member(group) }
    let idle = try (0..<10).map { _ in try member(group) }
    for each in members { each.top.write([UInt8](repeating: 1, count: (4 << 20) / members.count)) }
    try base.run(for: ms(20))
    let before = members.map(\.timeline.bytes)
    // Refills are five milliseconds apart.
    try base.run(for: ms(50))
    let shares = zip(members, before).map { $0.timeline.bytes - $1 }
    let (least, most) = (try #require(shares.min()), try #require(shares.max()))
    let spread = Double(most - least) / Double(most)
    print("group of \(`case`.0), minimum share \(`case`.1): \(least) to \(most) bytes, spread \(spread * 100) %")
    #expect(least > 0)
    #expect(spread < 0.03)
    #expect(shares.reduce(0, +) > 1_700_000 && shares.reduce(0, +) <= 2_100_000)
    #expect(idle.allSatisfy { $0.timeline.bytes == 0 })
    for each in members { each.top.abort() }
  }

  /// R8 for a group.
  @Test func `a group with a tick follows libevent's rhythm`() throws {
    let group = RateLimitGroup(on: base, try RateLimit(.per(ms(100), 1_000), burst: 3_000, tick: ms(100)))
    let one = try member(group)
    one.top.write([UInt8](repeating: 1, count: 3_000))
    try base.run()
    #expect(one.timeline.inMilliseconds == [[0, 1_000], [100, 1_000], [200, 1_000]])
  }

  /// R20.
  @Test func `own limit and group limit both hold, and the lower wins`() throws {
    let group = try group("10kB/s", burst: 1_000)
    let slow = try member(group, own: RateLimit(ByteRate("1kB/s"), burst: 100, start: 0))
    let free = try member(group)
    slow.top.write([UInt8](repeating: 1, count: 20_000))
    free.top.write([UInt8](repeating: 1, count: 20_000))
    try base.run(for: .seconds(1))
    #expect((980...1_000).contains(slow.timeline.bytes))
    #expect((8_850...9_020).contains(free.timeline.bytes))
    #expect(slow.timeline.keeps(rate: 1_000, burst: 100))
    #expect(group.total(.write) == Int64(slow.timeline.bytes + free.timeline.bytes))
    slow.top.abort()
    free.top.abort()
  }

  @Test func `groups within groups share level by level`() throws {
    let total = try group("30kB/s")
    let clients = try (0..<3).map { _ in try group("20kB/s") }
    for client in clients { try client.join(total) }
    // The first client has one connection, the second three, the third is idle.
    let one = try member(clients[0])
    let three = try (0..<3).map { _ in try member(clients[1]) }
    for each in [one] + three { each.top.write([UInt8](repeating: 1, count: 100_000)) }
    try base.run(for: .seconds(1))
    #expect((14_500...15_100).contains(one.timeline.bytes))
    for each in three { #expect((4_800...5_100).contains(each.timeline.bytes)) }
    let sum = one.timeline.bytes + three.reduce(0) { $0 + $1.timeline.bytes }
    #expect((29_700...30_000).contains(sum))
    #expect(total.total(.write) == Int64(sum))
    // Alone, a client gets what its own limit allows.
    for each in three { each.top.abort() }
    let before = one.timeline.bytes
    try base.run(for: .seconds(1))
    #expect((19_700...22_100).contains(one.timeline.bytes - before))
    #expect(clients[0].total(.write) == Int64(one.timeline.bytes))
    one.top.abort()
  }

  @Test func `no window of a group passes more than burst and rate times window`() throws {
    var random = SeededGenerator(seed: 23)
    for round in 0..<8 {
      let base = EventBase(clock: .virtual)
      let rate = Int64.random(in: 50_000...5_000_000, using: &random)
      let burst = rate / Int64.random(in: 5...90, using: &random)
      let limit = try RateLimit(ByteRate(bytesPerSecond: rate), burst: .bytes(burst))
      let group = RateLimitGroup(on: base, limit, minimumShare: round % 2 == 0 ? 0 : 64)
      let wider = RateLimitGroup(on: base, limit)
      if round % 3 == 0 { try group.join(wider) }
      var tops: [BufferEvent] = []
      var peers: [BufferEvent] = []
      let all = Timeline(of: base.pair().0)
      var sent = 0
      for _ in 0..<7 {
        let (left, right) = base.pair()
        tops.append(try left.limited(by: group))
        peers.append(right)
        right.onRead = { all.note($0.input.drain(), at: $0.base.now.nanoseconds) }
      }
      for _ in 0..<60 {
        let count = Int.random(in: 0...Int(burst / 2), using: &random)
        tops[Int.random(in: 0..<7, using: &random)].write([UInt8](repeating: 1, count: count))
        sent += count
        try base.run(for: .microseconds(Int64.random(in: 0...20_000, using: &random)))
      }
      try base.run()
      #expect(all.bytes == sent)
      #expect(all.keeps(rate: rate, burst: burst))
      #expect(group.total(.write) == Int64(sent))
    }
  }

  /// R16: clipped, and remembered.
  @Test func `the minimum share is cut to the limit, and remembered`() throws {
    let ticking = RateLimitGroup(on: base, try RateLimit(.per(ms(100), 100), tick: ms(100)), minimumShare: 5_000)
    #expect(ticking.effectiveMinimumShare(.read) == 100)
    ticking.change(to: try RateLimit(.per(ms(100), 10_000), tick: ms(100)))
    #expect(ticking.effectiveMinimumShare(.write) == 5_000)
    let group = try group("1MB/s", burst: 2_000, share: 5_000)
    #expect(group.effectiveMinimumShare(.read) == 1_000)
    group.minimumShare = -5
    #expect(group.effectiveMinimumShare(.read) == 0)
  }

  /// R17: no false end, no false error.
  @Test func `without a minimum share a bucket with fewer bytes than members stays correct`() throws {
    let group = try group("10B/s", burst: 10, share: 0)
    let members = try (0..<20).map { _ in try member(group) }
    for each in members {
      each.top.onEvent = { Issue.record("\($1)") }
      each.peer.onEvent = { Issue.record("\($1)") }
      each.top.write("123")
    }
    try base.run()
    #expect(members.allSatisfy { $0.timeline.bytes == 3 })
    #expect(base.milliseconds == 6_000)
  }

  /// C7, part 3 row 27.
  @Test func `an idle group has no timer`() throws {
    let group = try group("1kB/s")
    let members = try (0..<3).map { _ in try member(group) }
    try base.run()
    #expect(base.now.nanoseconds == 0)
    members[0].top.write("0123456789")
    try base.run()
    #expect(base.milliseconds == 10)
    #expect(!group.writing.isTimerArmed)
    #expect(group.waitingCount(.write) == 0)
    try base.run(for: .seconds(3))
    members[0].top.write("0123456789")
    try base.run()
    #expect(base.milliseconds == 3_010)
  }

  @Test func `a deal visits those that wait, and not all members`() throws {
    let group = try group("100kB/s")
    let members = try (0..<10_000).map { _ in try member(group) }
    for each in members.prefix(4) { each.top.write([UInt8](repeating: 1, count: 100_000)) }
    try base.run(for: ms(1_000))
    #expect(group.memberCount == 10_000)
    #expect(group.waitingCount(.write) == 4)
    #expect(group.writing.visits <= 4 * 201 * 2)
    for each in members.prefix(4) { each.top.abort() }
  }

  @Test func `ten thousand members that all send get the same`() throws {
    let group = try group("300MB/s", share: 0)
    let members = try (0..<10_000).map { _ in try member(group) }
    let bytes = [UInt8](repeating: 1, count: 2_000)
    for each in members { each.top.write(bytes) }
    try base.run(for: ms(51))
    let shares = members.map(\.timeline.bytes)
    let (least, most) = (try #require(shares.min()), try #require(shares.max()))
    print("group of 10,000: \(least) to \(most) bytes in ten refills")
    #expect(least >= 1_450 && Double(most - least) / Double(most) < 0.03)
    try base.run()
    #expect(members.allSatisfy { $0.timeline.bytes == 2_000 })
    #expect(base.milliseconds <= 70)
  }
}
