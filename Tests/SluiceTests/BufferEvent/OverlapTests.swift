import Testing

@testable import Sluice

/// What may be done to an event while one of its buffers is in use.
struct OverlapTests {
  @Test func `everything but another access may be done while the input is in use`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      right.readTimeout = .seconds(1)
      left.write("first")
      use(&right.input) { buffer in
        right.write("answer")
        right.disable(.read)
        right.enable(.read)
        right.suspend(.both)
        right.resume(.both)
        right.readMarks = Watermarks(low: 1, high: 100)
        right.onRead = { [log] in log.add("new read \($0.input.count)") }
        right.flush(.flush, .both)
        left.flush(.flush, .both)
        left.write("second")
        left.finish()
        #expect(right.debugDescription.contains("input in use"))
        buffer.drain(1)
      }
      #expect(right.inputText == "irstsecond")
      try base.settle()
      #expect(log.take() == ["new read 10", "write 0", "endOfInput"])
    }
  }

  @Test func `everything but another access may be done while the output is in use`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.writeTimeout = .seconds(1)
      use(&left.output) { buffer in
        buffer.append("abc")
        left.disable(.write)
        left.enable(.write)
        left.suspend(.both)
        left.resume(.both)
        left.flush(.flush, .both)
        right.flush(.flush, .both)
        right.disable(.read)
        right.enable(.read)
        right.readMarks = Watermarks(low: 0, high: .max)
        #expect(right.unread == 0)
        #expect(left.debugDescription.contains("output in use"))
        left.finish()
      }
      #expect(right.inputText == "abc")
      #expect(right.isInputEnded)
    }
  }

  enum Ending: CaseIterable { case close, abort, free, peerClose, peerAbort, peerFree }

  private func end(_ left: BufferEvent, _ right: BufferEvent, _ ending: Ending) {
    switch ending {
    case .close: left.close()
    case .abort: left.abort()
    case .free: left.free()
    case .peerClose: right.close()
    case .peerAbort: right.abort()
    case .peerFree: right.free()
    }
  }

  @Test(arguments: Ending.allCases)
  func `an event may end while its input is in use`(ending: Ending) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.write("bytes that came")
      use(&left.input) { buffer in
        end(left, right, ending)
        let count = buffer.count
        #expect(count == 15)
      }
      let isOwnEnd = ending == .close || ending == .abort || ending == .free
      #expect(left.unread == (isOwnEnd ? 0 : 15))
    }
  }

  @Test(arguments: Ending.allCases)
  func `an event may end while its output is in use`(ending: Ending) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      use(&left.output) { buffer in
        buffer.append("half")
        end(left, right, ending)
        buffer.append("whole")
      }
      #expect(left.unsent == 0)
    }
  }

  @Test func `readers of a buffer may nest`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.disable(.read)
      left.write("12345")
      left.output.forEachSpan { _ in
        #expect(left.unsent == 5)
        return true
      }
      right.enable(.read)
      right.input.forEachSpan { _ in
        #expect(right.unread == 5)
        return true
      }
      #expect(left.write("6").isAccepted)
      #expect(right.inputText == "123456")
    }
  }

  @Test func `writing while the own output is looked at is refused, and works afterwards`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.disable(.read)
      left.write("12345")
      left.output.forEachSpan { _ in
        #expect(left.write("6") == .refused(.busy))
        right.enable(.read)
        return true
      }
      #expect(right.inputText == "12345")
      #expect(left.write("6").isAccepted)
    }
  }

  @Test func `what was held back by a look at the output moves when the look is over`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: 2)
      left.write("12345")
      left.output.forEachSpan { _ in
        right.input.drain()
        left.finish()
        return true
      }
      #expect(right.readAll() == "34")
      #expect(right.readAll() == "5")
      #expect(right.isInputEnded)
    }
  }

  @Test func `a filter above goes on when the output below is given back`() throws {
    try inVirtualTime { base in
      let (lower, right) = base.pair()
      let left = try lower.filtered(by: Pass())
      use(&lower.output) { _ in #expect(left.write("waits").isAccepted) }
      try base.settle()
      #expect(right.inputText == "waits")
    }
  }
}
