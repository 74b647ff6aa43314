import Testing

@testable import Sluice

struct PeriodicTests {
  let base = EventBase(clock: .virtual)
  let log = Log<Int64>()

  @Test func `a repeating timer fires on its grid until it is cancelled`() throws {
    var timer: LoopTimer?
    timer = base.schedule(after: .nanoseconds(3), repeatingEvery: .nanoseconds(10)) {
      log(base.now.nanoseconds)
      if log.entries.count == 4 { timer?.cancel() }
    }
    try base.run(maximumSteps: 100)
    #expect(log.entries == [3, 13, 23, 33])
    timer = nil
  }

  @Test func `an action may re-arm its repeating timer, once or with another interval`() throws {
    var timer: LoopTimer?
    timer = base.schedule(after: .nanoseconds(1), repeatingEvery: .nanoseconds(10)) {
      log(base.now.nanoseconds)
      if log.entries.count == 2 { timer?.arm(after: .nanoseconds(3), repeatingEvery: .nanoseconds(4)) }
      if log.entries.count == 4 { timer?.arm(after: .nanoseconds(1)) }
    }
    try base.run(maximumSteps: 100)
    #expect(log.entries == [1, 11, 14, 18, 19])
    timer = nil
  }

  private static let missed: [(deadline: Int64, now: Int64, interval: Int64, next: Int64)] = [
    (10, 10, 5, 15),
    (10, 14, 5, 15),
    (10, 15, 5, 20),
    (10, 1_000_003, 5, 1_000_005),
    (0, Int64.max, 1, Int64.max),
    (0, 1, Int64.max, Int64.max),
    (5, 5, Int64.max, Int64.max),
    (Int64.min, 10, 5, 15),
    (-7, 10, 5, 13),
  ]

  // A virtual clock misses nothing, so the timer is told of the lateness itself.
  @Test(arguments: missed)
  func `firings that were missed are left out, and the grid stays`(
    deadline: Int64, now: Int64, interval: Int64, next: Int64
  ) {
    let timer = LoopTimer(base: base) {}
    timer.arm(at: .at(deadline), repeatingEvery: .nanoseconds(interval))
    timer.rearm(due: deadline, now: now)
    #expect(base.timers.firstDeadline == next)
  }

  @Test func `an interval of nothing counts as a nanosecond, and stops nobody`() throws {
    let timer = base.schedule(after: .zero, repeatingEvery: .zero) { log(base.now.nanoseconds) }
    try base.run(until: .at(5), maximumSteps: 100)
    #expect(log.entries == [0, 1, 2, 3, 4, 5])
    timer.cancel()
  }

  @Test func `a busy loop's missed firings are not made up on a real clock`() throws {
    let base = EventBase()
    let fired = Counter()
    let timer = base.schedule(after: .zero, repeatingEvery: .microseconds(1)) {
      fired.value += 1
      let end = MonotonicClock.nanoseconds() + 100_000
      while MonotonicClock.nanoseconds() < end {}
      if fired.value == 10 { base.stop() }
    }
    let start = base.now
    try base.run(until: start.advanced(by: .seconds(10)))
    #expect(fired.value == 10)
    timer.cancel()
  }
}
