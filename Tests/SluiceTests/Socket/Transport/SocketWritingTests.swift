import Testing

@testable import Sluice

/// When a socket's transport writes, and when it asks whether it may.
struct SocketWritingTests {
  private func onLink(
    _ link: RelayLink, _ body: (EventBase, BufferEvent, BufferEvent, SocketTransport) throws -> Void
  ) throws {
    let base = EventBase(clock: .virtual)
    do {
      let (left, right) = try link.make(base)
      try body(base, left, right, #require(left.transport as? SocketTransport))
      left.close()
      right.close()
      try base.settle(until: { base.lingering.isEmpty })
    }
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }

  @Test(arguments: [RelayLink.unix, .tcp])
  func `S10: a write is with the kernel when it returns, and writability is not asked for`(link: RelayLink) throws {
    try onLink(link) { base, left, right, transport in
      left.write("hello")
      #expect(left.outputCount == 0)
      #expect(transport.wanted == .read)
      try base.settle { right.inputCount == 5 }
      #expect(transport.wanted == .read)
    }
  }

  @Test(arguments: [RelayLink.unix, .tcp])
  func `writability is asked for while the kernel would block, and no longer`(link: RelayLink) throws {
    try onLink(link) { base, left, right, transport in
      let data = sampleBytes(3_000_000)
      right.disable(.read)
      left.write(data)
      try base.settle()
      #expect(left.outputCount > 0)
      #expect(transport.wanted == [.read, .write])
      var received: [UInt8] = []
      right.onRead = { received += $0.input.read() }
      right.enable(.read)
      try base.settle { received.count == data.count }
      #expect(isSame(received, data))
      #expect(transport.wanted == .read)
    }
  }

  @Test(arguments: [RelayLink.unix, .tcp])
  func `many small pieces go out together and in order`(link: RelayLink) throws {
    try onLink(link) { base, left, right, _ in
      var expected: [UInt8] = []
      left.disable(.write)
      for index in 0..<200 {
        let piece = sampleBytes(1_000 + index, seed: UInt64(index))
        var buffer = base.makeBuffer()
        buffer.append(piece)
        left.write(&buffer)
        expected += piece
      }
      left.enable(.write)
      try base.settle { right.inputCount == expected.count }
      let received = right.input.read()
      #expect(isSame(received, expected))
    }
  }

  @Test(arguments: [RelayLink.unix, .tcp])
  func `finish comes behind all output, and reading goes on`(link: RelayLink) throws {
    try onLink(link) { base, left, right, _ in
      let log = EventLog()
      var received = 0
      right.onRead = { received += $0.input.drain() }
      right.onEvent = { _, what in log.add("\(what.words) behind \(received)") }
      left.write(sampleBytes(2_000_000))
      left.finish()
      try base.settle { !log.lines.isEmpty }
      #expect(log.take() == ["endOfInput behind 2000000"])
      right.write("answer")
      try base.settle { left.inputCount == 6 }
      #expect(left.write("x") == .refused(.finished))
    }
  }

  @Test func `S8: an end that is gone is one error of writing with its errno, however often one writes`() throws {
    try onLink(.unix) { base, left, right, _ in
      var errors: [StreamError] = []
      left.onEvent = { _, what in if case .error(let error) = what { errors.append(error) } }
      right.close()
      for _ in 0..<5 { left.write("x") }
      try base.settle()
      left.write("y")
      try base.settle()
      #expect(errors.count == 1)
      let error = try #require(errors.first)
      #expect(error.direction == .write)
      guard case .transport(let reason as SocketError) = error.reason else {
        Issue.record("\(error)")
        return
      }
      #expect(reason.operation == .write)
      #expect(reason.code == 32, "EPIPE")
    }
  }

  @Test func `S8: a reset is one error of reading with its errno`() throws {
    try onLink(.tcp) { base, left, right, _ in
      let log = EventLog()
      log.follow(left)
      right.abort()
      try base.settle { !log.lines.isEmpty }
      try base.settle()
      #expect(log.lines.count == 1)
      #expect(left.failure?.direction == .read)
      #expect("\(try #require(left.failure))".contains("Connection reset by peer"))
    }
  }

  @Test(arguments: ["count", "abort", "write"])
  func `watchers of a socket's output are told, and may do anything else`(what: String) throws {
    try onLink(.unix) { base, left, right, _ in
      var removed = 0
      left.output.addWatcher { [weak left] _, change in
        removed += change.removed
        if what == "abort", change.removed > 0 { left?.abort() }
        if what == "write" { #expect(left?.write("x") == .refused(.busy)) }
      }
      left.write(sampleBytes(100_000))
      try base.settle()
      #expect(removed == 100_000)
      #expect(what == "abort" || right.inputCount == 100_000)
    }
  }

  @Test func `the write timeout of a socket counts while the kernel takes nothing, and is told once`() throws {
    try onLink(.unix) { base, left, right, _ in
      let log = EventLog()
      log.follow(left)
      left.writeTimeout = .seconds(5)
      right.disable(.read)
      left.write(sampleBytes(1_000_000))
      try base.run(for: .seconds(60))
      #expect(log.take() == ["timeout writing"])
      #expect(left.enabled == .read)
    }
  }
}
