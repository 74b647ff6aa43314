import Testing

@testable import Sluice

/// One round at a time: libevent's EVLOOP_ONCE.
struct RunOnceTests {
  @Test(arguments: EventBase.Clock.all)
  func `with nothing to wait for it returns at once`(clock: EventBase.Clock) throws {
    let base = EventBase(clock: clock)
    try base.runOnce()
    #expect(base.waits == 0)
    #expect(base.rounds == 1)
  }

  @Test(arguments: EventBase.Clock.all)
  func `it waits for the first thing alone`(clock: EventBase.Clock) throws {
    let base = EventBase(clock: clock)
    let log = Log<String>()
    base.schedule(after: .milliseconds(2)) { log("first") }
    base.schedule(after: .seconds(3600)) { log("second") }
    while log.entries.isEmpty { try base.runOnce() }
    #expect(log.entries == ["first"])
    #expect(base.rounds <= 4)
  }

  @Test func `work that makes more work does not keep it`() throws {
    let base = EventBase()
    let (left, right) = base.pair()
    var calls = 0
    let answer: (BufferEvent) -> Void = { event in
      calls += 1
      event.write(&event.input)
    }
    (left.onRead, right.onRead) = (answer, answer)
    left.write("ball")
    try base.runOnce()
    #expect((1...256).contains(calls))
    let before = calls
    try base.runOnce()
    #expect(calls > before)
    #expect(base.waits == 0)
    left.onRead = nil
    try base.run()
  }

  @Test(arguments: PollerKind.all)
  func `it returns when a descriptor had something, whatever that was`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let (left, right) = try base.socketPair()
    var got = ""
    right.onRead = { got += $0.readAll() }
    left.write("hello")
    while got.isEmpty { try base.runOnce() }
    #expect(got == "hello")
    base.shutDown()
  }

  @Test(arguments: PollerKind.all)
  func `an idle base makes no round in ten minutes of virtual time, whatever is open`(poller: PollerKind) throws {
    let base = EventBase(clock: .virtual, poller: poller)
    let ends = try (base.pair(), base.socketPair(), base.listen(at: .loopback()) { _, _ in })
    try base.runUntilIdle()
    let before = base.rounds
    try base.run(for: .seconds(600))
    // One that finds nothing, and one that finds that the time is over.
    #expect(base.rounds - before <= 2)
    base.shutDown()
    withExtendedLifetime(ends) {}
  }
}
