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
