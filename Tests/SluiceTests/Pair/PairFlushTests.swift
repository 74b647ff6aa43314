import Testing

@testable import Sluice

/// Flushing a pair: rules P9 to P14, part 3 rows 12 to 14 and 18, and the flush scenarios of section 2.1.
struct PairFlushTests {
  static let modes: [FlushMode] = [.normal, .flush]

  @Test(arguments: modes, [Directions.write, .read])
  func `part 3 rows 13 and 14: a flush moves all there is, past marks and disabled ends`(
    mode: FlushMode, direction: Directions
  ) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: 100)
      left.write(pattern(40))
      right.suspend(.read)
      right.disable(.read)
      left.disable(.write)
      left.suspend(.write)
      left.write(pattern(1_000))
      #expect(right.unread == 40)
      let flusher = direction == .write ? left : right
      #expect(flusher.flush(mode, direction))
      #expect(right.unread == 1_040)
      #expect(left.unsent == 0)
      #expect(flusher.flush(mode, direction) == false)
      #expect(right.enabled == .write)
    }
  }

  @Test(arguments: modes, [Directions.write, .read])
  func `a flush moves nothing in the other direction`(mode: FlushMode, direction: Directions) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.disable(.both)
      right.disable(.both)
      left.write("from left")
      right.write("from right")
      left.flush(mode, direction)
      #expect(right.inputText == (direction == .write ? "from left" : ""))
      #expect(left.inputText == (direction == .write ? "" : "from right"))
      left.flush(mode, .both)
      #expect(right.inputText == "from left")
      #expect(left.inputText == "from right")
    }
  }

  @Test(arguments: modes, [Directions.write, .read, .both])
  func `part 3 row 12, P12: flushing nothing calls nobody`(mode: FlushMode, directions: Directions) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      #expect(left.flush(mode, directions) == false)
      try base.settle()
      #expect(log.take() == [])
    }
  }

  @Test func `P13: finishing an empty pair tells the partner the end of its input, once`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      left.flush(.finished)
      left.flush(.finished)
      left.finish()
      try base.settle()
      #expect(log.take() == ["right endOfInput"])
    }
  }

  @Test func `P13: finishing the reading tells the partner that nothing more is wanted, once`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      right.disable(.write)
      right.write("waits")
      left.disable(.read)
      left.flush(.finished, .read)
      left.flush(.finished, .read)
      #expect(left.inputText == "waits")
      #expect(right.write("x") == .refused(.peerClosed))
      left.enable(.read)
      try base.settle()
      #expect(log.take() == ["right write 0", "right endOfOutput", "left read 5"])
      left.close()
      right.close()
      try base.settle()
      #expect(log.take() == [])
    }
  }

  @Test func `P13: finishing both directions tells both ends of the partner`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.flush(.finished, .both)
      try base.settle()
      #expect(Set(log.take()) == ["endOfInput", "endOfOutput"])
    }
  }

  @Test func `part 3 row 18, P14: after finishing, writes are refused`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.flush(.finished)
      #expect(left.write("x") == .refused(.finished))
      #expect(right.write("the other way").isAccepted)
      #expect(left.inputText == "the other way")
    }
  }

  @Test func `finishing passes the end on though either end is disabled, behind the bytes`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.disable(.write)
      right.readMarks = Watermarks(high: 2)
      left.write("bytes")
      left.flush(.finished)
      #expect(right.inputText == "bytes")
      #expect(right.isInputEnded)
      try base.settle()
      #expect(log.take() == ["read 5", "endOfInput"])
    }
  }

  @Test(arguments: [Directions.write, .read])
  func `an end that waits behind bytes follows them through a flush`(direction: Directions) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: 2)
      left.write("bytes")
      left.finish()
      #expect(!right.isInputEnded)
      #expect((direction == .write ? left : right).flush(.flush, direction))
      #expect(right.inputText == "bytes")
      #expect(right.isInputEnded)
    }
  }

  @Test func `P9: without a partner nothing moves`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.free()
      for mode in [FlushMode.normal, .flush, .finished] { #expect(left.flush(mode, .both) == false) }
      right.flush(.finished, .both)
    }
  }

  @Test func `what a flush moved is told as any other bytes are`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      right.readMarks = Watermarks(low: 3, high: 3)
      right.suspend(.read)
      left.write("bytes")
      left.flush(.flush)
      try base.settle()
      #expect(log.take() == ["left write 0"])
      right.resume(.read)
      try base.settle()
      #expect(log.take() == ["right read 5"])
    }
  }

  @Test func `flushing from inside a callback is as good as from outside`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: 1)
      var sizes: [Int] = []
      right.onRead = { event in
        sizes.append(event.input.count)
        event.flush(.flush, .read)
      }
      left.write("0123456789")
      try base.settle()
      #expect(sizes == [1, 10])
    }
  }
}
