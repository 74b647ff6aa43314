import Testing

@testable import Sluice

struct ClockTests {
  @Test func `virtual time stands still while anything is due, and jumps to the next timer`() throws {
    let base = EventBase(clock: .virtual)
    let log = Log<Int64>()
    base.schedule(after: .seconds(3600)) {
      log(base.now.nanoseconds)
      base.defer { log(base.now.nanoseconds) }
    }
    base.defer { log(base.now.nanoseconds) }
    try base.runUntilIdle()
    #expect(log.entries == [0])
    try base.run()
    #expect(log.entries == [0, 3_600_000_000_000, 3_600_000_000_000])
    #expect(base.waits == 0)
  }

  @Test func `a virtual clock begins at zero, and its schedule is the same each time`() throws {
    func schedule() throws -> [Int64] {
      let base = EventBase(clock: .virtual)
      let log = Log<Int64>()
      for step in 1...5 {
        base.schedule(after: .seconds(step), repeatingEvery: .seconds(step)) { log(base.now.nanoseconds) }
      }
      try base.run(for: .seconds(60))
      base.shutDown()
      return log.entries
    }
    let first = try schedule()
    #expect(first.count == 60 + 30 + 20 + 15 + 12)
    #expect(try schedule() == first)
  }

  @Test func `real time stands still within a round, and is read anew outside of a run`() throws {
    let base = EventBase()
    let first = base.now
    func pass() {
      let end = MonotonicClock.nanoseconds() + 1000
      while MonotonicClock.nanoseconds() < end {}
    }
    pass()
    #expect(first < base.now)
    let log = Log<EventBase.Instant>()
    for _ in 0..<2 {
      base.defer {
        log(base.now)
        pass()
      }
    }
    try base.run()
    #expect(log.entries[0] == log.entries[1])
    #expect(log.entries[1] < base.now)
  }

  @Test func `a real timer never fires early`() throws {
    let base = EventBase()
    let start = base.now
    var end: EventBase.Instant?
    base.schedule(after: .milliseconds(2)) { end = base.now }
    try base.run()
    #expect(try start.duration(to: #require(end)) >= .milliseconds(2))
    #expect(base.waits > 0)
  }

  private static let sums: [(Int64, Duration, Int64)] = [
    (0, Duration.seconds(Int64.max) * 10, Int64.max),
    (0, Duration.seconds(Int64.min) * 10, Int64.min),
    (Int64.max, Duration.nanoseconds(1), Int64.max),
    (Int64.min, Duration.nanoseconds(-1), Int64.min),
    (Int64.max, Duration.nanoseconds(-1), Int64.max - 1),
    (-5, Duration.nanoseconds(7), 2),
    (1, Duration.nanoseconds(Int64.max), Int64.max),
    (0, Duration(secondsComponent: 1, attosecondsComponent: 1_999_999_999), 1_000_000_001),
  ]

  @Test(arguments: sums)
  func `sums that no clock reaches end at the last instant there is`(start: Int64, step: Duration, end: Int64) {
    #expect(EventBase.Instant(nanoseconds: start).advanced(by: step) == .at(end))
  }

  @Test func `the longest way between two instants is a duration`() {
    let (first, last) = (EventBase.Instant.at(.min), EventBase.Instant.at(.max))
    #expect(first < last)
    #expect(first.duration(to: last) == .nanoseconds(Int64.max) * 2 + .nanoseconds(1))
    #expect(last.duration(to: first) == .nanoseconds(Int64.max) * -2 - .nanoseconds(1))
  }

  @Test(arguments: [Int64.max, Int64.max - 1])
  func `a timer at the end of time can be armed and cancelled`(instant: Int64) throws {
    let base = EventBase()
    let timer = LoopTimer(base: base) {}
    timer.arm(at: .at(instant), repeatingEvery: .seconds(1))
    base.handle.stop()
    try base.run()
    timer.arm(after: .seconds(Int64.max) * 10, repeatingEvery: .seconds(Int64.max) * 10)
    try base.run(for: .microseconds(10))
    #expect(timer.isArmed)
    timer.cancel()
  }
}
