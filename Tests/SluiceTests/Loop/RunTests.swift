import Testing

@testable import Sluice

struct RunTests {
  @Test(arguments: EventBase.Clock.all)
  func `a base with nothing due makes no system call`(clock: EventBase.Clock)
    throws
  {
    let base = EventBase(clock: clock)
    let pairs = (0..<10).map { _ in base.pair() }
    for _ in 0..<1000 { base.defer {} }
    try base.run()
    try base.runUntilIdle()
    try base.run(until: base.now)
    #expect(base.waits == 0)
    #expect(base.mailbox == nil)
    withExtendedLifetime(pairs) {}
  }

  @Test func `waiting for one timer is one sleep`() throws {
    let base = EventBase()
    base.schedule(after: .milliseconds(2)) {}
    try base.run()
    // A second sleep only where a signal of somebody else's came.
    #expect((1...2).contains(base.waits))
  }

  @Test func `a run returns when nothing is left, though pairs are idle and a handle is held`() throws {
    let base = EventBase()
    let handle = base.handle
    let pair = base.pair()
    try base.run()
    #expect(handle.execute { $0.defer {} })
    try base.run()
    #expect(base.waits == 0)
    withExtendedLifetime(pair) {}
  }

  @Test(arguments: EventBase.Clock.all)
  func `a run inside of a run is refused`(clock: EventBase.Clock) throws {
    let base = EventBase(clock: clock)
    let refused = Counter()
    func tryAll() {
      #expect(throws: EventBaseError.alreadyRunning) { try base.run() }
      #expect(throws: EventBaseError.alreadyRunning) { try base.runUntilIdle() }
      #expect(throws: EventBaseError.alreadyRunning) { try base.run(for: .seconds(1)) }
      #expect(throws: EventBaseError.alreadyRunning) { try base.runUntilStopped() }
      refused.value += 1
    }
    base.defer(tryAll)
    base.schedule(after: .zero, tryAll)
    try base.run()
    #expect(refused.value == 2)
    try base.run()
  }

  @Test func `a stop before a run has no effect`() throws {
    let base = EventBase(clock: .virtual)
    let ran = Counter()
    base.defer { ran.value += 1 }
    base.stop()
    try base.run()
    #expect(ran.value == 1)
  }

  @Test(arguments: ["deferred", "timer", "mail"])
  func `a stop lets the running callback return, and leaves the rest due`(place: String) throws {
    let base = EventBase(clock: .virtual)
    let log = Log<String>()
    func stopping() {
      base.stop()
      log("stopping")
    }
    switch place {
    case "deferred":
      base.defer(stopping)
      base.defer { log("next") }
    case "timer":
      base.schedule(after: .seconds(1), stopping)
      base.schedule(after: .seconds(1)) { log("next") }
    default:
      log("stopping")
      base.handle.stop()
      base.handle.execute { $0.schedule(after: .zero) {} }
    }
    try base.run()
    #expect(log.entries == ["stopping"])
    if place == "mail" {
      #expect(base.timers.isEmpty)
      try base.run(maximumSteps: 1000)
      #expect(base.timers.nextSequence == 1)
    } else {
      try base.run()
      #expect(log.entries == ["stopping", "next"])
    }
  }

  @Test func `a run until an instant fires what is due then, and does what that causes`() throws {
    let base = EventBase(clock: .virtual)
    let log = Log<String>()
    base.schedule(after: .seconds(1)) { log("before") }
    base.schedule(after: .seconds(2)) { base.defer { base.schedule(after: .zero) { log("caused") } } }
    base.schedule(after: .nanoseconds(2_000_000_001)) { log("behind") }
    try base.run(until: .at(2_000_000_000))
    #expect(log.entries == ["before", "caused"])
    #expect(base.now == .at(2_000_000_000))
    try base.run()
    #expect(log.entries.last == "behind")
  }

  @Test(arguments: [Int64.min, -1, 0]) func `a run until the past does what is due`(instant: Int64) throws {
    let base = EventBase(clock: .virtual)
    let ran = Counter()
    base.defer { ran.value += 1 }
    base.schedule(after: .nanoseconds(1)) { ran.value += 1 }
    try base.run(until: .at(instant))
    #expect(ran.value == 1)
    #expect(base.now == .at(0))
    base.shutDown()
  }

  @Test func `with nothing to do, a virtual clock jumps to the end of a run`() throws {
    let base = EventBase(clock: .virtual)
    try base.run(for: .seconds(7))
    #expect(base.now == .at(7_000_000_000))
    #expect(base.waits == 0)
  }

  @Test func `a run for a time on a real clock waits, and returns`() throws {
    let base = EventBase()
    let start = base.now
    try base.run(for: .milliseconds(2))
    #expect(start.duration(to: base.now) >= .milliseconds(2))
  }

  @Test func `a run for a time returns though the loop never falls idle`() throws {
    let base = EventBase()
    func again() { base.defer(again) }
    again()
    try base.run(for: .milliseconds(2))
    base.shutDown()
  }

  @Test func `virtual time waits for what never ends, until the steps are used up`() throws {
    let base = EventBase(clock: .virtual)
    func again() { base.defer(again) }
    again()
    #expect(throws: EventBaseError.stillBusy(steps: 1000)) { try base.run(for: .seconds(1), maximumSteps: 1000) }
    #expect(throws: EventBaseError.stillBusy(steps: 1000)) { try base.run(maximumSteps: 1000) }
    base.shutDown()
  }

  @Test func `a run that is to last until a stop needs somebody who can stop it`() throws {
    let base = EventBase(clock: .virtual)
    base.schedule(after: .seconds(9)) { base.stop() }
    try base.runUntilStopped()
    #expect(base.now == .at(9_000_000_000))
    base.shutDown()
    #expect(throws: EventBaseError.stopped) { try base.runUntilStopped() }
  }
}
