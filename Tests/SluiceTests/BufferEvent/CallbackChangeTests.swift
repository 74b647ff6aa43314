import Testing

@testable import Sluice

/// Callbacks that are set, replaced and removed: rules C6, C15 and C16, and part 3 row 21.
struct CallbackChangeTests {
  @Test func `C6: bytes that came before the handler are told to it`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.write("early")
      try base.settle()
      let log = EventLog()
      log.follow(right)
      try base.settle()
      #expect(log.take() == ["read 5"])
      right.onRead = { _ in log.add("again") }
      try base.settle()
      #expect(log.take() == [])
    }
  }

  @Test func `C15: a callback that is replaced during a dispatch is the one that is called`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      right.onRead = { event in
        log.add("read")
        event.onRead = { _ in log.add("new read") }
        event.onWrite = { _ in log.add("new write") }
        event.onEvent = { _, event in log.add("new " + event.words) }
      }
      right.onWrite = { _ in log.add("old write") }
      right.onEvent = { _, _ in log.add("old event") }
      right.write("x")
      left.write("y")
      left.finish()
      try base.settle()
      #expect(log.take() == ["read", "new write", "new endOfInput"])
      #expect(left.readAll() == "x")
    }
  }

  @Test func `C16, part 3 row 21: what a removed handler was owed does not reach a later one`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right, "old")
      right.write("w")
      right.trigger(.notice("n"))
      right.trigger(.both, .ignoringWatermarks)
      right.onEvent = nil
      right.onWrite = nil
      right.onRead = nil
      log.follow(right, "new")
      try base.settle()
      #expect(log.take() == [])
      left.write("fresh")
      try base.settle()
      #expect(log.take() == ["new read 5"])
    }
  }

  @Test func `events that come before any handler wait for the first one`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.finish()
      right.trigger(.connected)
      try base.settle()
      let log = EventLog()
      log.follow(right)
      try base.settle()
      #expect(log.take() == ["connected", "endOfInput"])
    }
  }

  @Test func `a callback may replace and remove itself, and drops what it captured`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      weak var captured: Counter?
      do {
        let counter = Counter()
        captured = counter
        right.onRead = { event in
          event.onRead = nil
          counter.value += 1
          log.add("read \(counter.value)")
        }
      }
      left.write("a")
      try base.settle()
      left.write("b")
      try base.settle()
      #expect(log.take() == ["read 1"])
      #expect(captured == nil)
    }
  }
}
