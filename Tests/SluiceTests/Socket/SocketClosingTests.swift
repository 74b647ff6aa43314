import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Closing on the wire: what was written comes, whatever the other end does meanwhile.
@Suite struct SocketClosingTests {
  /// A connection over TCP that was accepted, and a plain socket at its other end with a receive buffer that is small.
  private func connection(
    _ base: EventBase, _ options: ListenerOptions = ListenerOptions()
  ) throws -> (Listener, BufferEvent, RawSocket) {
    var accepted: BufferEvent?
    var options = options
    options.socket.sendBuffer = 1_000_000
    let listener = try base.listen(at: .loopback(), options: options) { event, _ in accepted = event }
    let client = RawSocket()
    var size: Int32 = 16 * 1024
    setsockopt(client.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    _ = client.connect(to: listener.address)
    try base.run(until: "a connection") { accepted != nil }
    return (listener, try #require(accepted), client)
  }

  /// The same, closed with more bytes under way than the other end has room for.
  private func closedConnection(_ base: EventBase) throws -> (Listener, RawSocket) {
    let (listener, event, client) = try connection(base)
    event.write([UInt8](repeating: 1, count: 400_000))
    event.close()
    #expect(event.unsent == 0)
    #expect(listener.openConnections == 1)
    return (listener, client)
  }

  @Test(arguments: PollerKind.all)
  func `ends that close at once, with more to send than the system takes and nobody reading, both end`(
    poller: PollerKind
  ) throws {
    try onEndingBase(poller) { base in
      let (left, right) = try base.socketPair()
      for end in [left, right] {
        end.write([UInt8](repeating: 1, count: 4_000_000))
        end.disable(.read)
      }
      try base.runUntilIdle()
      #expect(left.unsent > 0 && right.unsent > 0)
      left.close()
      right.close()
      try base.run(until: "both ends") { base.lingering.isEmpty }
    }
  }

  @Test(arguments: PollerKind.all)
  func `what was written comes whole, though the other end sends what nobody reads`(poller: PollerKind) throws {
    try onEndingBase(poller) { base in
      let (listener, event, client) = try connection(base)
      event.disable(.read)
      event.write([UInt8](repeating: 1, count: 400_000))
      // It lies unread where the connection is closed, and more follows.
      _ = client.send([UInt8](repeating: 2, count: 30_000))
      event.close()
      try base.runUntilIdle()
      #expect(listener.openConnections == 1, "the kernel still has bytes to send")
      _ = client.send([UInt8](repeating: 2, count: 30_000))
      try base.expectInOrder(400_000, at: client)
      client.finish()
      try base.run(until: "the descriptor given back") { listener.openConnections == 0 }
    }
  }

  @Test func `an end that takes nothing keeps a closed socket half a minute, and no longer`() throws {
    let base = EventBase(clock: .virtual)
    let (listener, client) = try closedConnection(base)
    listener.close()
    let before = base.elapsed
    try base.run()
    #expect(base.elapsed - before == 30_000)
    #expect(listener.openConnections == 0)
    #expect(base.ledger.isBalanced)
    // The kernel goes on by itself.
    #expect(client.drain() > 0)
  }

  @Test func `a base that ends gives such a socket back`() throws {
    let base = EventBase(clock: .virtual)
    let (listener, client) = try closedConnection(base)
    base.shutDown()
    #expect(listener.openConnections == 0)
    #expect(base.ledger.isBalanced)
    withExtendedLifetime(client) {}
  }

  @Test func `an end that sends and only then reads does not hold up a close`() throws {
    try onEndingBase { base in
      let (left, right) = try base.socketPair()
      left.write([UInt8](repeating: 1, count: 2_000_000))
      left.close()
      // Reads nothing before all of its own has left.
      right.disable(.read)
      right.write([UInt8](repeating: 2, count: 2_000_000))
      var (got, isSent, hasEnded) = (0, false, false)
      right.onWrite = { event in
        isSent = true
        event.enable(.read)
      }
      right.onRead = { got += $0.input.drain() }
      right.onEvent = { hasEnded = hasEnded || $1.isEndOfInput }
      try base.run(until: "the end") { hasEnded }
      #expect(isSent)
      #expect(got == 2_000_000)
    }
  }

  @Test(arguments: PollerKind.all)
  func `that writing failed is told though nobody reads any more what came before it`(poller: PollerKind) throws {
    try onEndingBase(poller) { base in
      for makePair in [{ try base.socketPair() }, { try base.tcpPair() }] {
        let (left, right) = try makePair()
        right.readMarks = Watermarks(high: 1_000)
        left.write([UInt8](repeating: 1, count: 10_000))
        left.close()
        try base.run(until: "a full input") { right.inputCount == 1_000 }
        let log = EventLog()
        right.onEvent = { _, what in log.add(what.isEndOfInput ? "end" : "error") }
        // Accepted until the kernel says that the other end is gone; and that waits for what is to be read.
        for _ in 0..<100 {
          right.write("x")
          try base.runUntilIdle()
        }
        #expect(log.take() == [])
        right.disable(.read)
        try base.runUntilIdle()
        #expect(log.take() == ["error"])
        #expect(right.failure?.direction == .write)
        right.close()
      }
    }
  }

  @Test(arguments: PollerKind.all, [1_000, 300_000])
  func `an end that finds by writing that the other closed reads first what that had sent`(
    poller: PollerKind, mark: Int
  ) throws {
    try onEndingBase(poller) { base in
      for makePair in [{ try base.socketPair() }, { try base.tcpPair() }] {
        let (left, right) = try makePair()
        right.readMarks = Watermarks(high: mark)
        left.write([UInt8](repeating: 1, count: 100_000))
        left.close()
        let log = EventLog()
        var got = 0
        right.onEvent = { log.add($1.isEndOfInput ? "end" : "\($1)") }
        // It reads slowly, and writes in between.
        right.onRead = { event in
          got += event.input.drain(1_000)
          event.write("x")
          if event.inputCount > 0 { event.trigger(.read) }
        }
        try base.run(until: "all bytes") { got == 100_000 }
        try right.writeUntilRefused()
        try base.runUntilIdle()
        #expect(log.lines.count == 2 && log.lines[0] == "end")
        #expect(right.failure?.direction == .write)
        #expect(right.failure?.isReset == true)
        right.close()
      }
    }
  }
}
