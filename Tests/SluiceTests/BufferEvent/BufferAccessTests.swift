import Testing

@testable import Sluice

/// The two buffers of an event, and what may happen while one of them is in use.
struct BufferAccessTests {
  @Test func `what is appended to the output goes its way when the access ends`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      use(&left.output) { buffer in
        buffer.append("abc")
        buffer.append("def")
        #expect(right.unread == 0)
      }
      #expect(right.inputText == "abcdef")
      try base.settle()
      #expect(log.take() == ["right read 6", "left write 0"])
    }
  }

  @Test func `the output may be changed while it waits`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.disable(.read)
      left.write("will be replaced")
      left.output.drain()
      left.output.append("instead")
      right.enable(.read)
      #expect(right.inputText == "instead")
    }
  }

  @Test func `echo moves the input of an event to its output`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.writeTimeout = .seconds(1)
      right.readTimeout = .seconds(1)
      right.onRead = { peer in #expect(peer.write(&peer.input).isAccepted) }
      left.write("echo")
      try base.settle()
      #expect(left.inputText == "echo")
      right.onRead = { peer in peer.output.append(&peer.input) }
      left.write(" again")
      try base.settle()
      #expect(left.inputText == "echo again")
    }
  }

  @Test func `an echo that is refused keeps the bytes in the input`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.write("kept")
      right.finish()
      #expect(right.write(&right.input) == .refused(.finished))
      #expect(right.inputText == "kept")
    }
  }

  @Test func `what is written to the other half's input's owner waits until that input is given back`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      use(&right.input) { buffer in
        #expect(left.write("written meanwhile").isAccepted)
        left.finish()
        let count = buffer.count
        #expect(count == 0)
      }
      #expect(right.inputText == "written meanwhile")
      #expect(right.isInputEnded)
    }
  }

  @Test func `a half may send the other's input back to it`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.write("loop")
      #expect(left.write(&right.input).isAccepted)
      #expect(right.inputText == "loop")
      left.output.append(&right.input)
      #expect(right.inputText == "loop")
    }
  }

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

  @Test func `reading takes no more than there is, and brings what waits`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: 4)
      left.write("0123456")
      var bytes = [UInt8](repeating: 0, count: 10)
      #expect(bytes.withUnsafeMutableBytes { right.read(into: $0) } == 4)
      #expect(bytes.prefix(4) == [0x30, 0x31, 0x32, 0x33])
      #expect(right.inputText == "456")
      var rest = EventBuffer()
      right.read(into: &rest)
      #expect(rest.readString() == "456")
      right.read(into: &rest)
      let isEmpty = rest.isEmpty
      #expect(isEmpty)
      #expect(bytes.withUnsafeMutableBytes { right.read(into: $0) } == 0)
      #expect(right.input.drain(100) == 0)
    }
  }

  #if compiler(>=6.2)
    @Test func `overlapping accesses of the input stop the program with words`() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let (left, right) = EventBase().pair()
        left.write("abc")
        use(&right.input) { _ in right.input.drain() }
      }
      #expect(standardError(result).contains("input is in use"))
    }

    @Test func `overlapping accesses of the output stop the program with words`() async {
      let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let (left, right) = EventBase().pair()
        use(&left.output) { _ in _ = left.output.count }
        withExtendedLifetime(right) {}
      }
      #expect(standardError(result).contains("output is in use"))
    }

    private func standardError(_ result: ExitTest.Result?) -> String {
      String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
  #endif
}
