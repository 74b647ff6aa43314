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

  @Test func `the end comes behind the bytes that the last read callback itself brought from below`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right, reading: true)
      right.readMarks = Watermarks(high: 2)
      left.write("abc")
      left.finish()
      try base.settle()
      #expect(log.take() == ["read 2", "read 1", "endOfInput"])
    }
  }

  @Test func `bytes that were told of are not told of again at the end, also through a filter`() throws {
    try inVirtualTime { base in
      let (left, right) = try base.stackedPair(depth: 1)
      let log = EventLog()
      log.follow(right)
      left.write("abc")
      try base.settle()
      left.finish()
      try base.settle()
      #expect(log.take() == ["read 3", "endOfInput"])
    }
  }
}
