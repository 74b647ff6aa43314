import Testing

@testable import Sluice

/// The marks of the output: rules C12, C36 and P17.
struct WriteMarkTests {
  @Test func `C12: the write callback comes when no more than the low mark is left`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left)
      right.readMarks = Watermarks(high: 100)
      left.writeMarks = Watermarks(low: 100)
      left.write([UInt8](repeating: 1, count: 350))
      try base.settle()
      #expect(log.take() == [])
      right.input.drain(100)
      try base.settle()
      #expect(log.take() == [])
      right.input.drain(100)
      try base.settle()
      #expect(log.take() == ["write 50"])
      right.input.drain(10)
      right.input.drain(10)
      try base.settle()
      #expect(log.take() == ["write 30"])
    }
  }

  @Test func `raising the write low mark above what is left queues the callback`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left)
      right.readMarks = Watermarks(high: 10)
      left.write([UInt8](repeating: 1, count: 30))
      try base.settle()
      left.writeMarks = Watermarks(low: 19)
      try base.settle()
      #expect(log.take() == [])
      left.writeMarks = Watermarks(low: 20)
      try base.settle()
      #expect(log.take() == ["write 20"])
    }
  }

  @Test func `C36, P17: any amount may be written, and passing the high mark is told and counted`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.disable(.read)
      left.writeMarks = Watermarks(high: 10)
      #expect(left.write("1234") == .accepted(room: 6))
      #expect(left.write("567890") == .accepted(room: 0))
      #expect(left.writeMarkPasses == 0)
      #expect(left.write("x") == .accepted(room: -1))
      #expect(left.write("y").room == 0)
      #expect(left.writeMarkPasses == 1)
      right.enable(.read)
      #expect(left.writeRoom == 10)
      right.disable(.read)
      left.write("01234567890")
      #expect(left.writeMarkPasses == 2)
      #expect(left.debugDescription.contains("write mark passed 2 times"))
    }
  }

  @Test func `what leaves within the write does not pass the mark`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.writeMarks = Watermarks(high: 10)
      right.readMarks = Watermarks(high: 30)
      #expect(left.write([UInt8](repeating: 1, count: 40)) == .accepted(room: 0))
      #expect(left.writeMarkPasses == 0)
      var bytes = EventBuffer()
      bytes.append([UInt8](repeating: 2, count: 20))
      right.readMarks = Watermarks(high: .max)
      #expect(left.write(&bytes) == .accepted(room: 10))
      left.output.append([UInt8](repeating: 3, count: 20))
      #expect(left.writeMarkPasses == 0)
      #expect(right.unread == 80)
    }
  }

  @Test(arguments: [false, true]) func `what is thrown away makes no write callback due`(isClosed: Bool) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: 5)
      let log = EventLog()
      log.follow(left)
      left.write([UInt8](repeating: 1, count: 20))
      try base.settle()
      if isClosed { right.close() } else { right.abort() }
      try base.settle()
      #expect(log.take().filter { $0.hasPrefix("write") } == [])
      left.close()
    }
  }

  @Test func `no write callback comes behind an error, also for bytes that left before`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      var told: [String] = []
      left.onWrite = { _ in told.append("write") }
      left.onEvent = { left, event in
        told.append("event")
        guard case .notice = event else { return }
        left.write("a")
        right.abort()
      }
      left.trigger(.notice(1))
      try base.settle()
      #expect(told == ["event", "event"])
      left.close()
    }
  }
}
