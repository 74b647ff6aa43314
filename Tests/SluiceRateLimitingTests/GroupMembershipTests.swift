import Sluice
import SluiceTesting
import Testing

@testable import SluiceRateLimiting

/// Joining, leaving and closing at any moment.
struct GroupMembershipTests {
  let base = EventBase(clock: .virtual)
  let group: RateLimitGroup
  init() throws { group = RateLimitGroup(on: base, try RateLimit(ByteRate("100kB/s"), burst: 10_000, start: 0)) }

  private func member(_ group: RateLimitGroup?) throws -> GroupTests.Member {
    let (left, right) = base.pair()
    let limiter = RateLimiter()
    if let group { try limiter.join(group) }
    let top = try left.limited(by: limiter)
    return .init(top: top, peer: right, limiter: limiter, timeline: Timeline(of: right))
  }

  private let bytes = [UInt8](repeating: 1, count: 10_000)

  /// R14, part 3 row 24.
  @Test func `joining twice, another base, and a closed group are refused`() throws {
    let one = try member(group)
    let other = RateLimitGroup(on: base, .unlimited)
    #expect(throws: RateLimitError.alreadyInGroup) { try one.limiter.join(group) }
    #expect(throws: RateLimitError.alreadyInGroup) { try one.limiter.join(other) }
    #expect(one.limiter.group === group)
    #expect(group.memberCount == 1)
    #expect(other.memberCount == 0)

    let elsewhere = RateLimitGroup(on: EventBase(clock: .virtual), .unlimited)
    let two = try member(nil)
    #expect(throws: RateLimitError.otherBase) { try two.limiter.join(elsewhere) }
    #expect(throws: RateLimitError.otherBase) { try elsewhere.join(group) }
    let early = RateLimiter()
    try early.join(elsewhere)
    let (left, right) = base.pair()
    #expect(throws: RateLimitError.otherBase) { try left.limited(by: early) }
    #expect(throws: RateLimitError.otherBase) { try left.limited(by: elsewhere) }

    other.close()
    #expect(throws: RateLimitError.groupClosed) { try two.limiter.join(other) }
    #expect(throws: RateLimitError.groupClosed) { try group.join(other) }
    #expect(throws: RateLimitError.groupClosed) { try other.join(group) }
    withExtendedLifetime(right) {}
  }

  @Test func `a group is never part of itself`() throws {
    let (middle, top) = (RateLimitGroup(on: base, .unlimited), RateLimitGroup(on: base, .unlimited))
    #expect(throws: RateLimitError.groupWithinItself) { try group.join(group) }
    try group.join(middle)
    try middle.join(top)
    #expect(throws: RateLimitError.groupWithinItself) { try top.join(group) }
    #expect(throws: RateLimitError.alreadyInGroup) { try group.join(top) }
    group.leaveGroup()
    group.leaveGroup()
    try top.join(group)
    #expect(middle.memberCount == 0)
    #expect(group.memberCount == 1)
  }

  /// R22, part 3 row 25.
  @Test func `closing a group lifts it from its members, at once`() throws {
    let inner = RateLimitGroup(on: base, .unlimited)
    try inner.join(group)
    let members = try [member(group), member(group), member(inner)]
    for each in members { each.top.write(bytes) }
    try base.run(for: ms(10))
    #expect(members.allSatisfy { $0.timeline.bytes < 1_000 })
    group.close()
    group.close()
    try base.run()
    #expect(members.allSatisfy { $0.timeline.bytes == 10_000 })
    #expect(base.milliseconds == 10)
    #expect(group.isClosed)
    #expect(group.memberCount == 0)
    #expect(group.waitingCount(.write) == 0)
    #expect(!group.writing.isTimerArmed)
    #expect(inner.group == nil)
    #expect(members[2].limiter.group === inner)
  }

  @Test func `who leaves goes on under its own limit, and the others share what is left`() throws {
    let (one, two) = (try member(group), try member(group))
    one.top.write(bytes)
    two.top.write(bytes)
    try base.run(for: ms(20))
    one.limiter.leaveGroup()
    one.limiter.leaveGroup()
    try base.run(for: ms(1))
    #expect(one.timeline.bytes == 10_000)
    let before = two.timeline.bytes
    try base.run(for: ms(50))
    #expect((4_400...5_600).contains(two.timeline.bytes - before))
    two.top.abort()
  }

  @Test func `who joins while it waits for nothing is limited from then on`() throws {
    let one = try member(nil)
    one.top.write(bytes)
    #expect(one.peer.inputCount == 10_000)
    try one.limiter.join(group)
    one.top.write(bytes)
    try base.run()
    #expect(base.milliseconds == 100)
    #expect(one.timeline.bytes == 20_000)
  }

  /// What a member was given and cannot use goes to the others.
  @Test(arguments: ["disabled", "aborted", "dropped", "reset", "closed"])
  func `a member that stops taking holds nothing back from the others`(_ how: String) throws {
    let one = try member(group)
    var two: GroupTests.Member? = try member(group)
    one.top.write([UInt8](repeating: 1, count: 100_000))
    two?.top.write([UInt8](repeating: 1, count: 100_000))
    try base.run(for: ms(22))
    switch how {
    case "disabled": two?.top.disable(.write)
    case "aborted": two?.top.abort()
    case "reset": two?.peer.abort()
    case "closed":
      two?.peer.close()
    default:
      two?.top.abort()
      two = nil
    }
    try base.run(for: ms(20))
    let before = one.timeline.bytes
    try base.run(for: ms(200))
    #expect((19_400...20_600).contains(one.timeline.bytes - before))
    #expect(group.waitingCount(.write) == 1)
    one.top.abort()
    two?.top.abort()
    try base.run()
    #expect(group.waitingCount(.write) == 0)
    #expect(!group.writing.isTimerArmed)
  }

  @Test func `a member that was disabled gets its share again when it is enabled`() throws {
    let (one, two) = (try member(group), try member(group))
    one.top.write([UInt8](repeating: 1, count: 100_000))
    two.top.write([UInt8](repeating: 1, count: 100_000))
    try base.run(for: ms(20))
    two.top.disable(.write)
    try base.run(for: ms(100))
    two.top.enable(.write)
    let before = (one.timeline.bytes, two.timeline.bytes)
    try base.run(for: ms(100))
    let (first, second) = (one.timeline.bytes - before.0, two.timeline.bytes - before.1)
    #expect(abs(first - second) <= 500)
    #expect((9_400...10_600).contains(first + second))
    one.top.abort()
    two.top.abort()
  }

  /// R11, R6 for groups.
  @Test func `taking by hand stops all members, and giving back lets them go on`() throws {
    let (one, two) = (try member(group), try member(group))
    group.decrement(.write, by: 1_000_000)
    one.top.write(bytes)
    two.top.write(bytes)
    try base.run(for: ms(1_000))
    #expect(one.timeline.bytes + two.timeline.bytes == 0)
    #expect(group.level(.write) == -900_000)
    #expect(one.limiter.available(.write) == 0)
    group.increment(.write, by: .max)
    try base.run(for: ms(1))
    #expect(one.timeline.bytes == 5_000)
    #expect(two.timeline.bytes == 5_000)
    #expect(group.total(.write) == 10_000)
    group.resetTotals()
    #expect(group.total(.write) == 0)
    one.top.flush(.flush)
    try base.run(for: ms(1))
    #expect(one.timeline.bytes == 10_000)
    #expect(try #require(group.level(.write)) <= -4_800, "a flush overdraws the group too")
    one.top.abort()
    two.top.abort()
  }

  @Test func `changing and lifting a group's limit is felt at once`() throws {
    let one = try member(group)
    one.top.write([UInt8](repeating: 1, count: 100_000))
    try base.run(for: ms(5))
    group.change(to: try RateLimit(ByteRate("1MB/s")))
    try base.run(for: ms(50))
    #expect((49_000...51_000).contains(one.timeline.bytes))
    group.change(to: .unlimited)
    try base.run(for: ms(1))
    #expect(one.timeline.bytes == 100_000)
    #expect(group.level(.write) == nil)
  }

  @Test func `reading is shared as writing is, and the other ends feel it`() throws {
    let ends = (0..<4).map { _ in base.pair() }
    let tops = try ends.map { try $0.0.limited(by: group) }
    let timelines = tops.map { Timeline(of: $0) }
    for end in ends { pour(end.1) }
    try base.run(for: .seconds(1))
    let sums = timelines.map(\.bytes)
    #expect((98_000...100_000).contains(sums.reduce(0, +)))
    #expect(try #require(sums.max()) - (try #require(sums.min())) <= 64)
    #expect(ends.allSatisfy { $0.0.suspensions(.read) == .groupRate })
    for end in ends { end.1.abort() }
  }

  /// Row 31: anything may be done from inside any callback.
  @Test(arguments: 0..<20)
  func `members come, go, change and close from inside callbacks`(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    do {
      let wider = RateLimitGroup(on: base, try RateLimit(ByteRate("150kB/s"), burst: 5_000))
      var groups = [group, RateLimitGroup(on: base, try RateLimit(ByteRate("80kB/s"), burst: 3_000), minimumShare: 0)]
      for each in groups where Bool.random(using: &random) { try each.join(wider) }
      var live: [(top: BufferEvent, peer: BufferEvent, limiter: RateLimiter)] = []
      var actions = 0
      func act(_ event: BufferEvent) {
        event.input.drain()
        actions += 1
        guard actions < 400, !live.isEmpty else { return }
        let index = Int.random(in: 0..<live.count, using: &random)
        let one = live[index]
        switch Int.random(in: 0..<12, using: &random) {
        case 0: one.top.close()
        case 1: one.peer.abort()
        case 2: one.limiter.leaveGroup()
        case 3: try? one.limiter.join(groups.randomElement(using: &random) ?? group)
        case 4: live.remove(at: index)
        case 5: one.top.disable(.both)
        case 6: one.top.enable(.both)
        case 7: one.limiter.change(to: (try? RateLimit(ByteRate("30kB/s"))) ?? .unlimited)
        case 8: groups.randomElement(using: &random)?.decrement(.both, by: 100)
        case 9:
          if actions % 50 == 0 { groups.randomElement(using: &random)?.close() }
          try? groups.first?.join(wider)
        case 10: one.top.flush(.flush, .both)
        default:
          add()
          groups.last?.leaveGroup()
        }
      }
      func add() {
        let (left, right) = base.pair()
        let limiter = RateLimiter()
        guard let top = try? left.limited(by: limiter) else { return }
        try? limiter.join(groups.randomElement(using: &random) ?? group)
        right.onRead = act
        top.onRead = act
        top.write([UInt8](repeating: 1, count: 4_000))
        right.write([UInt8](repeating: 1, count: 4_000))
        live.append((top, right, limiter))
      }
      for _ in 0..<12 { add() }
      try base.run(for: .seconds(60))
      #expect(actions > 20)
      for each in live {
        each.top.onRead = nil
        each.peer.onRead = nil
        each.top.enable(.both)
      }
      live = []
      groups = []
    }
    try base.runUntilIdle(maximumSteps: 100_000)
    try base.run()
    #expect(base.ledger.eventsCreated == base.ledger.eventsDestroyed)
    #expect(base.ledger.segmentsTaken == base.ledger.segmentsReturned)
    #expect(group.memberCount == 0)
    #expect(group.waitingCount(.both) == 0)
  }
}
