import Testing

@testable import Sluice

/// Rule C17, and the trigger scenarios of section 2.1.
struct TriggerTests {
  @Test func `a trigger respects the low marks, unless told otherwise`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      left.readMarks = Watermarks(low: 10)
      right.disable(.read)
      left.write("waits")
      log.follow(left)
      left.trigger(.both)
      try base.settle()
      #expect(log.take() == [])
      left.trigger(.both, .ignoringWatermarks)
      #expect(log.lines == [])
      try base.settle()
      #expect(log.take() == ["read 0", "write 5"])
      left.readMarks = Watermarks()
      left.writeMarks = Watermarks(low: 5)
      left.trigger(.read)
      left.trigger(.write)
      try base.settle()
      #expect(log.take() == ["read 0", "write 5"])
    }
  }

  @Test func `a trigger works on what is disabled`() throws {
    try inVirtualTime { base in
      let (left, _) = base.pair()
      let log = EventLog()
      log.follow(left)
      left.disable(.both)
      left.suspend(.both)
      left.trigger(.both)
      try base.settle()
      #expect(log.take() == ["read 0", "write 0"])
    }
  }

  @Test func `a trigger waits for the first handler`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      left.trigger(.both)
      left.trigger(.notice(7))
      try base.settle()
      log.follow(left)
      try base.settle()
      #expect(log.take() == ["read 0", "write 0", "notice 7"])
      withExtendedLifetime(right) {}
    }
  }

  @Test func `events that are triggered come in their order, and end nothing`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left)
      left.trigger(.notice("mine"))
      left.trigger(.timeout(.both))
      left.trigger(.error(StreamError(.reset)))
      left.trigger(.endOfInput)
      try base.settle()
      #expect(
        log.take() == ["notice mine", "timeout reading and writing", "error reset", "endOfInput"])
      #expect(left.failure == nil)
      #expect(!left.isInputEnded)
      #expect(left.write("still works").isAccepted)
      #expect(right.inputText == "still works")
    }
  }

  @Test func `a trigger from inside its own callback causes one more call, in a later turn`() throws {
    try inVirtualTime { base in
      let (left, _) = base.pair()
      var calls = 0
      var depth = 0
      left.onRead = { event in
        depth += 1
        #expect(depth == 1)
        calls += 1
        if calls < 5 { event.trigger(.read) }
        depth -= 1
      }
      left.trigger(.read)
      try base.settle()
      #expect(calls == 5)
    }
  }

  @Test(arguments: [0, 1, 2])
  func `a trigger on what is closed, aborted or freed does nothing`(ending: Int) throws {
    try inVirtualTime { base in
      let (left, _) = base.pair()
      let log = EventLog()
      log.follow(left)
      left.trigger(.both)
      if ending == 0 { left.close() } else if ending == 1 { left.abort() } else { left.free() }
      left.trigger(.both)
      left.trigger(.notice("late"))
      log.follow(left)
      left.trigger(.notice("later"))
      try base.settle()
      #expect(log.take() == [])
    }
  }
}
