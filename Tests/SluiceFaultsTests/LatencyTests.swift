import Sluice
import Testing

@testable import SluiceFaults

struct LatencyTests {
  @Test(arguments: [Directions.read, .write, .both])
  func `bytes and the end come later, in the directions that were named`(directions: Directions) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .latency(ms(80)), directions)
      let (here, there) = (Witness(top), Witness(right))
      top.write("ping")
      right.write("pong")
      try base.run(for: ms(10))
      top.write("!")
      top.finish()
      right.finish()
      try base.run()
      let late = (read: directions.contains(.read) ? 80 : 0, write: directions.contains(.write) ? 80 : 0)
      #expect(there.log == ["\(late.write) ping", "\(late.write + 10) !"])
      #expect(there.events == ["\(late.write + 10) end"])
      #expect(here.log == ["\(late.read) pong"])
      #expect(here.events == ["\(late.read + 10) end"])
      top.close()
      right.close()
    }
  }

  private func schedule(seed: UInt64) throws -> [String] {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try left.disturbed(by: .latency(ms(50), jitter: ms(40)), .write, seed: seed)
    let there = Witness(right)
    for index in 0..<100 {
      base.schedule(after: ms(Int64(index))) { top.write([UInt8(index)]) }
    }
    base.schedule(after: ms(100)) { top.finish() }
    try base.run()
    #expect(there.bytes == counting(100), "in order")
    for (at, bytes) in there.reads {
      let delays = bytes.map { at.nanoseconds - Int64($0) * 1_000_000 }
      #expect(delays.allSatisfy { $0 >= 50_000_000 && $0 <= 50_000_000 + 2 * 40_000_000 })
    }
    #expect(there.events.count == 1)
    return there.reads.map { "\($0.at.nanoseconds): \($0.bytes)" } + there.events
  }

  @Test func `jitter keeps the order, and a seed gives the same schedule each time`() throws {
    let first = try schedule(seed: 1)
    #expect(try schedule(seed: 1) == first)
    #expect(try schedule(seed: 2) != first)
  }

  @Test func `a writer is not held back by the delay alone, and its timeout does not count`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .latency(ms(500)))
      let (here, there) = (Witness(top), Witness(right))
      top.writeTimeout = ms(100)
      top.write("on its way")
      #expect(top.unsent == 0)
      try base.run()
      #expect(here.events == [])
      #expect(there.log == ["500 on its way"])
      top.close()
      right.close()
    }
  }

  @Test func `a read timeout finds out what it does behind a slow network`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .latency(ms(500)))
      let here = Witness(top)
      top.readTimeout = ms(100)
      right.write("late")
      try base.run()
      #expect(here.events == ["100 timeout reading"])
      top.enable(.read)
      try base.run(for: .zero)
      #expect(here.text == "late")
      top.close()
      right.close()
    }
  }

  @Test(arguments: [Directions.read, .write])
  func `no more is on its way than a window allows`(direction: Directions) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .latency(ms(100), holding: 1_000), direction)
      let (sender, receiver) = direction == .write ? (top, right) : (right, top)
      let seen = Witness(receiver)
      pour(sender, 3_000_000)
      try base.run(for: ms(1_000))
      #expect(seen.bytes.count == 10_000)
      #expect(seen.reads.map(\.bytes.count).allSatisfy { $0 == 1_000 })
      #expect(left.inputCount + left.outputCount <= Watermarks.defaultHigh)
      #expect(sender.unsent > 200_000, "the writer feels it")
      top.abort()
      right.close()
    }
  }

  @Test func `what is due and finds no room comes when there is some`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let below = try left.disturbed(by: .slice(1_000_000))
      let top = try below.disturbed(by: .latency(ms(100)))
      below.writeMarks = Watermarks(high: 7)
      right.disable(.read)
      let there = Witness(right)
      top.write(counting(100))
      top.finish()
      try base.run()
      #expect(base.milliseconds == 100, "nothing spins")
      right.enable(.read)
      try base.run()
      #expect(there.bytes == counting(100))
      #expect(there.events == ["100 end"])
      top.close()
      right.close()
    }
  }

  @Test func `bytes that come while reading is disabled wait, and nothing spins`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .latency(ms(100)))
      let here = Witness(top)
      right.write("abc")
      try base.run(for: ms(50))
      top.disable(.read)
      try base.run(maximumSteps: 1_000)
      #expect(base.milliseconds == 100)
      top.enable(.read)
      try base.run()
      #expect(here.log == ["100 abc"])
      top.close()
      right.close()
    }
  }

  @Test(arguments: [true, false]) func `a close waits for what is on its way`(isDropped: Bool) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      var top: BufferEvent? = try left.disturbed(by: .latency(ms(100)))
      let there = Witness(right)
      top?.write("last words")
      if !isDropped { top?.close() }
      top = nil
      try base.run()
      #expect(there.log == ["100 last words"])
      #expect(there.events == ["100 end"])
      right.close()
    }
  }

  @Test func `an abort does not wait, and throws away what is on its way`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .latency(ms(100)))
      let there = Witness(right)
      top.write("lost")
      top.abort()
      try base.run()
      #expect(there.bytes == [])
      #expect(there.events == ["0 reset"])
      right.close()
    }
  }

  @Test func `a flush does not hurry a network`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .latency(ms(100)))
      let (here, there) = (Witness(top), Witness(right))
      top.write("out")
      right.write("in")
      top.flush(.flush, .both)
      try base.run()
      #expect(here.log == ["100 in"])
      #expect(there.log == ["100 out"])
      top.flush(.finished)
      try base.run()
      #expect(there.events == ["200 end"])
      top.close()
      right.close()
    }
  }

  @Test func `delays add up over layers`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let stack = Stack().disturbed(by: .latency(ms(30))).disturbed(by: .latency(ms(12)), .write)
      let top = try stack.applied(to: left)
      let (here, there) = (Witness(top), Witness(right))
      top.write("out")
      right.write("in")
      try base.run()
      #expect(there.log == ["42 out"])
      #expect(here.log == ["30 in"])
      top.close()
      right.close()
    }
  }
}
