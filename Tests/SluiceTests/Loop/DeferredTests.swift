import Testing

@testable import Sluice

struct DeferredTests {
  @Test func `what is deferred runs in order, and not before the loop`() throws {
    let base = EventBase()
    let log = Log<Int>()
    for number in 0..<1000 { base.defer { log(number) } }
    #expect(log.entries.isEmpty)
    try base.run()
    #expect(log.entries == Array(0..<1000))
  }

  @Test func `what a callback defers runs behind what is due, and not inside the call`() throws {
    let base = EventBase()
    let log = Log<String>()
    base.defer {
      base.defer { log("inner") }
      log("outer")
    }
    base.defer { log("next") }
    try base.run()
    #expect(log.entries == ["outer", "next", "inner"])
  }

  @Test func `a closure that defers itself for ever holds up neither timers nor mail nor a stop`() throws {
    let base = EventBase(clock: .virtual)
    let log = Log<String>()
    func again() { base.defer(again) }
    again()
    base.schedule(after: .zero) { log("timer") }
    base.handle.execute { $0.defer {} }
    base.handle.execute { base in base.schedule(after: .zero) { base.stop() } }
    try base.run(maximumSteps: 10_000)
    #expect(log.entries == ["timer"])
    base.shutDown()
  }

  @Test func `ten thousand timers due at once hold up no deferred closure`() throws {
    let base = EventBase(clock: .virtual)
    let fired = Counter()
    for _ in 0..<10_000 { base.schedule(after: .zero) { fired.value += 1 } }
    var firedBefore = -1
    base.defer { firedBefore = fired.value }
    try base.run()
    #expect(fired.value == 10_000)
    #expect(firedBefore < 1000)
  }

  @Test(arguments: [0, 1, 255, 256, 257, 1000])
  func `exactly as many callbacks run as the caller allows, and the rest stays due`(limit: Int) throws {
    let base = EventBase(clock: .virtual)
    let ran = Counter()
    for _ in 0..<400 { base.defer { ran.value += 1 } }
    for _ in 0..<400 { base.schedule(after: .zero) { ran.value += 1 } }
    for _ in 0..<400 { base.handle.execute { _ in } }
    #expect(throws: EventBaseError.stillBusy(steps: limit)) { try base.runUntilIdle(maximumSteps: limit) }
    #expect(ran.value <= limit)
    try base.runUntilIdle(maximumSteps: 1200 - limit)
    #expect(ran.value == 800)
  }

  @Test func `work that ends with the last step that is allowed is no error`() throws {
    let base = EventBase(clock: .virtual)
    for _ in 0..<10 { base.defer {} }
    try base.runUntilIdle(maximumSteps: 10)
  }

  @Test func `what a callback lets go of is gone when it has returned, whatever called it`() throws {
    let base = EventBase(clock: .virtual)
    let log = Log<String>()
    func retire(_ name: String) {
      base.retired.append(Farewell { log(name) })
      base.defer {}
    }
    retire("outside")
    base.handle.execute { $0.retired.append(Farewell {}) }
    base.handle.execute { #expect($0.retired.isEmpty) }
    base.schedule(after: .zero) { retire("timer") }
    base.schedule(after: .zero) { #expect(log.entries.last == "timer") }
    try base.run()
    #expect(log.entries == ["outside", "timer"])
  }
}
