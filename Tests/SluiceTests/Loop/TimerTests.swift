import Testing

@testable import Sluice

struct TimerTests {
  let base = EventBase(clock: .virtual)
  let log = Log<String>()

  @Test func `timers fire in the order of their instants, and of arming where these are equal`() throws {
    for (name, delay) in [("c", 3), ("a", 1), ("d", 3), ("b", 2), ("e", 3)] {
      base.schedule(after: .seconds(delay)) { log(name) }
    }
    try base.run()
    #expect(log.entries == ["a", "b", "c", "d", "e"])
    #expect(base.now == .at(3_000_000_000))
  }

  @Test func `arming again replaces what was armed`() throws {
    let timer = LoopTimer(base: base) { log("\(base.now.nanoseconds)") }
    timer.arm(after: .nanoseconds(5))
    timer.arm(after: .nanoseconds(9), repeatingEvery: .nanoseconds(1))
    timer.arm(after: .nanoseconds(7))
    #expect(base.timers.count == 1)
    try base.run(maximumSteps: 10)
    #expect(log.entries == ["7"])
  }

  @Test func `a timer is not armed while its action runs, unless it repeats`() throws {
    var once: LoopTimer?
    var often: LoopTimer?
    once = base.schedule(after: .seconds(1)) { log("once \(once?.isArmed == true)") }
    often = base.schedule(after: .seconds(2), repeatingEvery: .seconds(1)) {
      log("often \(often?.isArmed == true)")
      often?.cancel()
    }
    #expect(once?.isArmed == true)
    try base.run(maximumSteps: 10)
    #expect(log.entries == ["once false", "often true"])
    #expect(often?.isArmed == false)
    (once, often) = (nil, nil)
  }

  @Test func `cancelling works at any time, and twice`() throws {
    let first = base.schedule(after: .seconds(1)) { log("first") }
    let second = base.schedule(after: .seconds(1)) { log("second") }
    base.schedule(after: .seconds(1)) { log("third") }
    first.cancel()
    first.cancel()
    base.schedule(after: .milliseconds(1)) { second.cancel() }
    try base.run()
    #expect(log.entries == ["third"])
  }

  @Test func `an action may cancel a timer that is due in the same round`() throws {
    var victim: LoopTimer?
    base.schedule(after: .zero) { victim?.cancel() }
    victim = base.schedule(after: .zero) { log("victim") }
    try base.run()
    #expect(log.entries.isEmpty)
    victim = nil
  }

  @Test(arguments: [Duration.zero, .seconds(-1), .nanoseconds(Int64.min), .seconds(Int64.min) * 10])
  func `a delay of nothing or less means the next round`(delay: Duration) throws {
    base.schedule(after: delay) { log("fired") }
    try base.runUntilIdle(maximumSteps: 10)
    #expect(log.entries == ["fired"])
    #expect(base.now == .at(0))
  }

  @Test func `a timer that arms itself for now, again and again, lets everybody else have a turn`() throws {
    var greedy: LoopTimer?
    let turns = Counter()
    greedy = LoopTimer(base: base) {
      turns.value += 1
      if turns.value < 100 { greedy?.arm(after: .zero) }
      base.defer { log("deferred") }
    }
    greedy?.arm(after: .zero)
    base.schedule(after: .zero) { log("timer") }
    base.handle.execute { base in base.defer {} }
    try base.run(maximumSteps: 1000)
    #expect(log.entries.prefix(3) == ["timer", "deferred", "deferred"])
    #expect(turns.value == 100)
    greedy = nil
  }

  @Test(arguments: [Int64.min, -1, 0])
  func `a timer that arms itself for the past, again and again, holds up no other`(past: Int64) throws {
    try base.run(for: .seconds(1))
    var greedy: LoopTimer?
    greedy = LoopTimer(base: base) { greedy?.arm(at: .at(past)) }
    greedy?.arm(at: .at(past))
    for name in ["a", "b"] { base.schedule(after: .zero) { log(name) } }
    #expect(throws: EventBaseError.stillBusy(steps: 100)) { try base.runUntilIdle(maximumSteps: 100) }
    #expect(log.entries == ["a", "b"])
    greedy?.cancel()
    greedy = nil
  }

  @Test func `a timer keeps the loop running and itself alive while it is armed`() throws {
    weak var weakTimer: LoopTimer?
    do {
      let timer = base.schedule(after: .seconds(1)) { log("fired") }
      weakTimer = timer
    }
    #expect(weakTimer != nil)
    try base.run()
    #expect(log.entries == ["fired"])
    #expect(weakTimer == nil)
    #expect(base.ledger.isBalanced)
  }
}
