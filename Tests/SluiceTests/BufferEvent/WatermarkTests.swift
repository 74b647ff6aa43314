import Testing

@testable import Sluice

/// Rules C10, C12, C13, C35 to C37, P5 and P17, and part 3 row 19.
struct WatermarkTests {
  @Test func `the marks of a new event are 0 and 256 KiB in both directions`() throws {
    try inVirtualTime { base in
      let (left, _) = base.pair()
      #expect(left.readMarks == Watermarks(low: 0, high: 256 * 1024))
      #expect(left.writeMarks == Watermarks())
      #expect(left.writeRoom == 262_144)
      #expect(left.writeMarkPasses == 0)
    }
  }

  @Test(arguments: [(-5, -5, 0, 1), (0, 0, 0, 1), (7, 3, 7, 3), (1, Watermarks.unlimited, 1, .max)])
  func `marks that make no sense count as the nearest that do`(low: Int, high: Int, isLow: Int, isHigh: Int) {
    let marks = Watermarks(low: low, high: high)
    #expect(marks.low == isLow)
    #expect(marks.high == isHigh)
  }

  @Test func `C8: the read callback waits for the low mark`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      right.readMarks = Watermarks(low: 5)
      left.write("1234")
      try base.settle()
      #expect(log.take() == [])
      left.write("5")
      try base.settle()
      #expect(log.take() == ["read 5"])
    }
  }

  @Test func `C10: lowering the low mark below what nobody was told of queues the callback`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      right.readMarks = Watermarks(low: 100)
      left.write("1234")
      try base.settle()
      right.readMarks = Watermarks(low: 50)
      try base.settle()
      #expect(log.take() == [])
      right.readMarks = Watermarks(low: 4)
      try base.settle()
      #expect(log.take() == ["read 4"])
    }
  }

  @Test func `a low mark that the high mark is below counts as the high mark`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right, reading: true)
      right.readMarks = Watermarks(low: 100, high: 10)
      left.write("0123456789abcdefghijxyz")
      try base.settle()
      #expect(log.take() == ["read 10", "read 10"])
      #expect(right.inputText == "xyz")
    }
  }

  @Test func `P5: the pair moves up to the high mark, and each drain brings more within the call`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: 10)
      left.write(String(repeating: "x", count: 23))
      #expect(right.unread == 10)
      #expect(left.unsent == 13)
      right.input.drain(5)
      #expect(right.unread == 10)
      #expect(left.unsent == 8)
      right.input.drain(5)
      #expect(left.unsent == 3)
      right.readMarks = Watermarks(high: 12)
      #expect(right.unread == 12)
      #expect(left.unsent == 1)
    }
  }

  @Test func `part 3 row 19, libevent#891: a full input that is left alone causes no more calls`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      right.readMarks = Watermarks(high: 10)
      left.write(String(repeating: "x", count: 25))
      try base.settle()
      #expect(log.take() == ["read 10"])
    }
  }

  @Test func `a reader that takes part of a full input each time gets all of it, in bounded steps`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(low: 10, high: 20)
      var sizes: [Int] = []
      var total = 0
      right.onRead = { event in
        sizes.append(event.input.count)
        total += event.input.drain(7)
      }
      left.write([UInt8](repeating: 1, count: 65_000))
      left.finish()
      right.onEvent = { event, _ in total += event.input.drain() }
      try base.settle()
      #expect(total == 65_000)
      #expect(sizes.allSatisfy { $0 <= 20 })
      #expect(sizes.dropLast().allSatisfy { $0 >= 10 })
    }
  }

  @Test func `raising the marks inside the read callback brings more in a later call`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      var sizes: [Int] = []
      right.readMarks = Watermarks(high: 4)
      right.onRead = { event in
        sizes.append(event.input.count)
        event.readMarks = Watermarks(low: event.input.count + 1, high: event.readMarks.high * 2)
      }
      left.write([UInt8](repeating: 1, count: 30))
      try base.settle()
      #expect(sizes == [4, 8, 16, 30])
    }
  }

  @Test func `lowering the high mark below what is there takes nothing away`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.write("0123456789")
      right.readMarks = Watermarks(high: 3)
      left.write("ab")
      #expect(right.unread == 10)
      right.input.drain(7)
      #expect(right.inputText == "789")
      right.input.drain(1)
      #expect(right.inputText == "89a")
      right.input.drain()
      #expect(right.inputText == "b")
    }
  }

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
}
