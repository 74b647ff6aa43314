import Testing

@testable import Sluice

/// What close, abort and finish promise: rules C27 and C30, and part 4.
struct CloseTests {
  @Test func `part 4, libevent#616: what waits when an end is closed or dropped still arrives, then the end`() throws {
    for way in [EndingTests.Way.close, .drop] {
      try inVirtualTime { base in
        let ends = EndingTests.Ends(base)
        let log = EventLog()
        let right = try #require(ends.right)
        right.disable(.read)
        ends.left?.disable(.write)
        ends.left?.write(pattern(500_000))
        ends.end(\.left, way)
        ends.left = nil
        var total = 0
        right.onRead = { total += $0.input.drain() }
        right.onEvent = { log.add($1.words) }
        try base.settle()
        #expect(total == 0)
        right.enable(.read)
        try base.settle()
        #expect(total == 500_000)
        #expect(log.take() == ["endOfInput"])
      }
    }
  }

  @Test func `what lingers ends outside of a run too, when the other half drains it`() throws {
    let base = EventBase(clock: .virtual)
    var (left, right): (BufferEvent?, BufferEvent) = base.pair()
    right.readMarks = Watermarks(high: 4)
    left?.write("0123456789")
    left?.close()
    left = nil
    #expect(base.ledger.eventsDestroyed == 0)
    while right.input.drain() > 0 {}
    #expect(base.ledger.eventsDestroyed == 1)
    #expect(right.isInputEnded)
    #expect(base.lingering.isEmpty)
    right.close()
  }

  @Test func `close with a limit throws away what is left when the time is over, and the other end is told`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      right.onEvent = { log.add("\(base.elapsed) \($1.words)") }
      right.readMarks = Watermarks(high: 4)
      left.write("0123456789")
      left.close(within: .milliseconds(250))
      try base.run()
      #expect(log.take() == ["250 error reset"])
      #expect(right.inputText == "0123")
      #expect(base.ledger.segmentsTaken - base.ledger.segmentsReturned == 1)
    }
  }

  @Test func `a limit that is not needed keeps no loop alive`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.write("taken")
      left.close(within: .seconds(100))
      try base.run()
      #expect(base.elapsed == 0)
      #expect(right.isInputEnded)
    }
  }

  @Test func `abort: both ends lose what is under way, and keep what came`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      left.write("came")
      right.readMarks = Watermarks(high: 4)
      left.write("lost")
      right.disable(.write)
      right.write("lost too")
      left.abort()
      left.abort()
      try base.settle()
      #expect(log.take() == ["right read 4", "right error reset"])
      #expect(right.unsent == 0)
      #expect(right.inputText == "came")
      #expect(right.failure?.description == "the other end reset the stream")
      #expect(right.write("x") == .refused(.failed))
      right.finish()
      right.close()
    }
  }

  @Test func `the other half's close tells that waiting output was lost, once`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left)
      right.disable(.read)
      left.write("nobody will read this")
      right.close()
      try base.settle()
      #expect(log.take() == ["endOfOutput", "endOfInput"])
    }
  }

  @Test func `finish lets reading go on, and is said once`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.finish()
      left.finish()
      left.flush(.finished)
      right.write("answer")
      #expect(left.readAll() == "answer")
      try base.settle()
      #expect(log.take() == ["write 0", "endOfInput"])
      left.close()
      try base.settle()
      #expect(log.take() == [])
    }
  }

  @Test func `an event that is closing takes no callbacks, and keeps none`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      right.readMarks = Watermarks(high: 4)
      left.write("0123456789")
      left.close()
      log.follow(left)
      #expect(left.onRead == nil && left.onWrite == nil && left.onEvent == nil)
      while right.input.drain() > 0 { try base.settle() }
      #expect(right.isInputEnded)
      #expect(log.take() == [])
    }
  }

  @Test(arguments: [0, 1, 2])
  func `a half that lingers is let go when the other ends too`(ending: Int) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.disable(.read)
      left.write("waits for ever")
      left.close()
      #expect(base.lingering.count == 1)
      if ending == 0 { right.close() } else if ending == 1 { right.abort() } else { right.free() }
      #expect(base.lingering.isEmpty)
    }
  }
}
