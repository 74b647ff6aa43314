import Testing

@testable import Sluice

struct LifetimeTests {
  let log = Log<String>()

  @Test func `a base that is dropped lets go of timers, deferred closures and mail, unrun`() {
    weak var weakBase: EventBase?
    let counts = (Counter(), Counter())
    let timer: LoopTimer
    let handle: EventBase.Handle
    do {
      let base = EventBase()
      weakBase = base
      let farewells = (0..<3).map { _ in Farewell { counts.0.value += 1 } }
      let timerOwned = farewells[0]
      let ran = counts.1
      timer = base.schedule(after: .zero) { withExtendedLifetime(timerOwned) { ran.value += 1 } }
      let others = (farewells[1], farewells[2])
      base.schedule(after: .zero) { withExtendedLifetime(others.0) { ran.value += 1 } }
      base.defer { withExtendedLifetime(others.1) { ran.value += 1 } }
      handle = base.handle
      #expect(handle.execute { _ in Issue.record("nobody opens this") })
    }
    #expect(weakBase == nil)
    // The timer that is held here still holds its action.
    #expect(counts.0.value == 0 || counts.0.value == 2)
    #expect(counts.1.value == 0)
    #expect(!timer.isArmed && timer.base == nil)
    timer.arm(after: .seconds(1), repeatingEvery: .seconds(1))
    timer.cancel()
    #expect(!timer.isArmed)
    #expect(!handle.execute { _ in })
    #expect(!handle.stop())
  }

  @Test func `unread mail is let go of with the base`() {
    weak var weakCargo: Cargo?
    do {
      let base = EventBase()
      let cargo = Cargo()
      weakCargo = cargo
      base.handle.execute { _ in withExtendedLifetime(cargo) {} }
    }
    #expect(weakCargo == nil)
  }

  private final class Cargo: Sendable {}

  @Test func `what a timer's action holds may cancel and arm other timers as it goes`() throws {
    let base = EventBase(clock: .virtual)
    let other = base.schedule(after: .seconds(5)) { log("other") }
    do {
      let farewell = Farewell {
        other.cancel()
        base.schedule(after: .seconds(1)) { log("armed by a farewell") }
        base.defer { log("deferred by a farewell") }
      }
      base.schedule(after: .seconds(1)) { withExtendedLifetime(farewell) {} }
    }
    try base.run()
    #expect(log.entries == ["deferred by a farewell", "armed by a farewell"])
  }

  @Test(arguments: ["cancel", "shut down"])
  func `a timer's action that goes with cancel or the base may use the base meanwhile`(how: String) throws {
    let base = EventBase(clock: .virtual)
    var timers: [LoopTimer] = []
    for _ in 0..<10 {
      let farewell = Farewell {
        base.schedule(after: .zero) {}.cancel()
        base.defer {}
      }
      timers.append(base.schedule(after: .seconds(1)) { withExtendedLifetime(farewell) {} })
    }
    if how == "cancel" { while let timer = timers.popLast() { timer.cancel() } }
    timers = []
    base.shutDown()
    #expect(base.timers.isEmpty && base.queue.isEmpty)
    #expect(base.ledger.isBalanced)
  }

  @Test func `shutting down ends the circles through the base`() {
    weak var weakBase: EventBase?
    do {
      let base = EventBase()
      weakBase = base
      base.schedule(after: .seconds(1)) { base.stop() }
      base.defer { base.stop() }
      base.shutDown()
      base.shutDown()
      #expect(base.ledger.isBalanced)
    }
    #expect(weakBase == nil)
  }

  @Test func `shutting down aborts what is closed and not drained`() throws {
    weak var weakBase: EventBase?
    do {
      let base = EventBase(clock: .virtual)
      weakBase = base
      let pair = base.pair()
      pair.1.disable(.read)
      pair.0.write("never taken")
      pair.0.close()
      try base.runUntilIdle(maximumSteps: 100)
      #expect(base.lingering.count == 1)
      base.shutDown()
      #expect(base.lingering.isEmpty)
      #expect(pair.1.failure != nil)
    }
    #expect(weakBase == nil)
  }

  @Test func `shutting down inside a callback ends the run first`() throws {
    let base = EventBase(clock: .virtual)
    base.defer {
      base.shutDown()
      #expect(!base.timers.isEmpty)
    }
    base.defer { log("not run") }
    base.schedule(after: .seconds(1)) { log("not run") }
    let handle = base.handle
    try base.run()
    #expect(log.entries.isEmpty)
    #expect(base.timers.isEmpty && base.queue.isEmpty)
    #expect(!handle.execute { _ in })
    #expect(!base.handle.execute { _ in })
  }

  @Test func `the last outside reference to a base may go from inside a callback`() throws {
    var base: EventBase? = EventBase(clock: .virtual)
    weak let weakBase = base
    base?.defer { base = nil }
    try base?.run()
    #expect(base == nil && weakBase == nil)
  }
}
