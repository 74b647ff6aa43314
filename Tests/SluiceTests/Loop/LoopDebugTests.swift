import Testing

@testable import Sluice

struct LoopDebugTests {
  @Test func `a base tells what keeps it busy`() throws {
    let base = EventBase(clock: .virtual)
    #expect(base.debugDescription == "base, virtual clock, not running: nothing to do")
    base.schedule(after: .seconds(2)) {}
    base.schedule(after: .seconds(5)) {}
    base.defer {}
    base.defer {}
    base.handle.execute { _ in }
    let (left, right) = base.pair()
    right.disable(.read)
    left.write("abc")
    left.close()
    let lines = base.debugDescription.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
      lines.first == """
        base, virtual clock, not running: 2 queued; 2 timers armed, the first in 2.0 seconds; mail waiting; \
        1 kept by the loop
        """)
    #expect(lines.last?.contains("half of a pair") == true)
    base.shutDown()
    #expect(base.debugDescription.hasPrefix("base, virtual clock, shut down: "))
  }

  @Test func `a timer that is due is said to be due`() throws {
    let base = EventBase(clock: .virtual)
    base.schedule(after: .zero) { #expect(base.debugDescription.contains("running: nothing to do")) }
    #expect(base.debugDescription.contains("1 timer armed, the first due"))
    try base.run()
  }

  @Test(arguments: [
    EventBaseError.alreadyRunning, .stillBusy(steps: 7), .waitFailed(code: 9), .noResources(what: "thread", code: 11),
    .stopped, .wrongThread,
  ])
  func `errors are sentences that say what to do`(error: EventBaseError) {
    #expect(error.description.split(separator: " ").count > 5)
  }
}
