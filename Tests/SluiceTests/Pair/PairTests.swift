import Testing

@testable import Sluice

/// The pair, row by row of its table in the design, and rules P1 to P17.
struct PairTests {
  @Test func `P1: two halves, each the other's partner, with nothing below`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      #expect(left.partner === right)
      #expect(right.partner === left)
      #expect(left.underlying == nil)
      #expect(left.base === base)
    }
  }

  @Test(arguments: [0, 1, 64, 8_333, 1 << 20])
  func `P2: bytes are in the other half's input when the write returns`(count: Int) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: Watermarks.unlimited)
      let bytes = pattern(count)
      left.write(bytes)
      #expect(right.input.bytes() == bytes)
      #expect(left.unsent == 0)
    }
  }

  @Test func `section 2.1, a pair: 8333 bytes make one read callback and one drained write callback`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      left.write(pattern(8_333))
      try base.settle()
      #expect(log.take() == ["right read 8333", "left write 0"])
    }
  }

  @Test func `P7: a whole buffer moves by pointer`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      var buffer = base.makeBuffer()
      buffer.append(pattern(100_000))
      let taken = base.ledger.segmentsTaken
      let first = buffer.head
      left.write(&buffer)
      #expect(base.ledger.segmentsTaken == taken)
      #expect(right.inputBuffer.head == first)
    }
  }

  @Test func `C7: an idle pair keeps no loop alive`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.onRead = { _ in }
      left.onEvent = { _, _ in }
      try base.run()
      left.write("unread")
      right.disable(.read)
      left.write("held back")
      try base.run()
      #expect(right.inputText == "unread")
    }
  }

  @Test func `P15, free: the other half gets no event, has no partner, and its writes are refused`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.write("handed over")
      right.disable(.read)
      left.write(", lost")
      right.enable(.read)
      right.disable(.read)
      left.write("lost")
      right.readTimeout = .seconds(1)
      left.free()
      right.enable(.read)
      #expect(right.partner == nil)
      #expect(left.partner == nil)
      #expect(right.write("x") == .refused(.unlinked))
      #expect(right.flush(.flush, .both) == false)
      try base.run()
      #expect(log.take() == ["read 17"])
      #expect(right.inputText == "handed over, lost")
      #expect(base.elapsed == 0)
      #expect(right.debugDescription.contains("unlinked"))
    }
  }

  @Test func `part 3 row 11, libevent#93: close shows the other half the data, then the end`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.write("data")
      left.close()
      try base.settle()
      #expect(log.take() == ["read 4", "endOfInput"])
      #expect(right.write("x") == .refused(.peerClosed))
      #expect(right.partner == nil)
    }
  }

  @Test func `section 2.1, both halves may be freed in any order`() throws {
    try inVirtualTime { base in
      for order in 0..<2 {
        let (left, right) = base.pair()
        left.write("a")
        right.write("b")
        let ends = order == 0 ? [left, right] : [right, left]
        for end in ends { end.free() }
        #expect(left.partner == nil)
        #expect(right.partner == nil)
      }
    }
  }

  @Test func `many pairs give every byte and object back`() throws {
    try inVirtualTime { base in
      var pairs: [(BufferEvent, BufferEvent)] = []
      for index in 0..<200 {
        let (left, right) = base.pair()
        left.write(pattern(index * 100))
        right.write(pattern(index * 50))
        pairs.append((left, right))
      }
      #expect(base.ledger.eventsCreated == 400)
      #expect(base.ledger.eventsDestroyed == 0)
    }
  }
}
