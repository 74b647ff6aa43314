import Testing

@testable import Sluice

/// Rules C6, C8 to C19 and part 3 rows 21, 22.
struct CallbackTests {
  @Test func `nothing is called before the loop runs, and nothing from inside a write`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      left.write("one")
      #expect(right.inputText == "one")
      #expect(log.lines == [])
      try base.settle()
      #expect(log.take() == ["right read 3", "left write 0"])
    }
  }

  @Test func `C18: connected comes first, then read, write and the other events`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left)
      left.trigger(.notice("early"))
      right.write("bytes")
      left.write("out")
      right.finish()
      left.trigger(.connected)
      try base.settle()
      #expect(log.take() == ["connected", "read 5", "write 0", "notice early", "endOfInput"])
    }
  }

  @Test func `C19: many writes before the loop runs make one call`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      for _ in 0..<100 { left.write("0123456789") }
      try base.settle()
      #expect(log.take() == ["read 1000"])
    }
  }

  @Test func `C9: what is left in the input causes no further call before more joins it`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.write("abc")
      try base.settle()
      right.input.drain(1)
      left.write("")
      right.readMarks = Watermarks()
      try base.settle()
      #expect(log.take() == ["read 3"])
      left.write("d")
      try base.settle()
      #expect(log.take() == ["read 3"])
    }
  }

  @Test func `C8: a read callback whose bytes are gone before it runs is not made`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.write("abc")
      #expect(right.readAll() == "abc")
      try base.settle()
      #expect(log.take() == [])
    }
  }

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

  @Test func `part 3 row 22, C11: bytes below the low mark are announced at the end of the input`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      right.readMarks = Watermarks(low: 100)
      left.write("few")
      try base.settle()
      #expect(log.take() == [])
      left.finish()
      try base.settle()
      #expect(log.take() == ["read 3", "endOfInput"])
    }
  }

  @Test func `part 3 row 21, C3: a read callback that waits is held back by disable`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.write("abc")
      left.finish()
      right.disable(.read)
      try base.settle()
      #expect(log.take() == [])
      right.enable(.read)
      try base.settle()
      #expect(log.take() == ["read 3", "endOfInput"])
    }
  }

  @Test func `the end of the input that waits for reading holds no other event back`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.finish()
      right.disable(.read)
      right.trigger(.notice("other"))
      try base.settle()
      #expect(log.take() == ["notice other"])
      right.enable(.read)
      try base.settle()
      #expect(log.take() == ["endOfInput"])
    }
  }

  @Test func `after an error no other event comes`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.finish()
      right.disable(.read)
      left.abort()
      try base.settle()
      #expect(log.take() == ["error reset"])
      right.enable(.read)
      try base.settle()
      #expect(log.take() == [])
      #expect(right.isInputEnded)
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
