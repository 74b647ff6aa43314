import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Connections that are reset (proxies' fault 22, S8).
@Suite struct ResetTests {
  /// A TCP connection that was accepted, and a plain socket at its other end.
  private func connection(_ base: EventBase) throws -> (Listener, BufferEvent, RawSocket) {
    var accepted: BufferEvent?
    let listener = try base.listen(at: .loopback()) { event, _ in accepted = event }
    let client = try RawSocket(to: listener.address)
    try base.run(until: "a connection") { accepted != nil }
    return (listener, try #require(accepted), client)
  }

  enum State: CaseIterable { case idle, writing, bothWays, ended, notReading }

  @Test(arguments: PollerKind.all, State.allCases)
  func `a reset is one error with its cause, whatever is under way, and nothing follows (S8)`(
    poller: PollerKind, state: State
  ) throws {
    try onEndingBase(poller) { base in
      let (listener, event, client) = try connection(base)
      let log = EventLog()
      event.onEvent = { log.add($1.words) }
      event.onRead = { $0.input.drain() }
      if state == .writing || state == .bothWays || state == .ended || state == .notReading {
        event.write([UInt8](repeating: 1, count: 8_000_000))
      }
      if state == .bothWays { client.send([UInt8](repeating: 2, count: 100_000)) }
      if state == .ended {
        client.finish()
        try base.run(until: "the end") { event.isInputEnded }
        try base.runUntilIdle()
        #expect(log.take() == ["endOfInput"])
      }
      if state == .notReading { event.disable(.read) }
      client.reset()
      try base.run(until: "the error") { event.failure != nil }
      try base.runUntilIdle()
      let failure = try #require(event.failure)
      #expect(log.take().count == 1)
      #expect(failure.isReset)
      #expect(failure.code == ECONNRESET || failure.code == EPIPE)
      #expect(failure.direction == .read || failure.direction == .write)
      #expect(event.unsent == 0, "what waited is lost, and its memory given back")
      #expect(event.write("more") == .refused(.failed))
      event.finish()
      event.enable(.both)
      try base.runUntilIdle()
      #expect(log.take() == [])
      event.close()
      #expect(listener.openConnections == 0)
    }
  }

  @Test(arguments: PollerKind.all)
  func `what came before a reset is read before it is told`(poller: PollerKind) throws {
    try onEndingBase(poller) { base in
      let (_, event, client) = try connection(base)
      client.send("last words")
      client.reset()
      let log = EventLog()
      log.follow(event, reading: true)
      try base.run(until: "the error") { event.failure != nil }
      try base.runUntilIdle()
      #expect(log.take().map { String($0.prefix(7)) } == ["read 10", "error t"])
    }
  }

  @Test func `resets by the hundred leave nothing behind`() throws {
    try onEndingBase { base in
      var told = 0
      let listener = try base.listen(at: .loopback()) { event, _ in
        event.write([UInt8](repeating: 1, count: 100_000))
        event.onRead = { $0.write(&$0.input) }
        event.onEvent = { event, _ in
          told += 1
          event.close()
        }
      }
      for _ in 0..<20 {
        let clients = try (0..<10).map { _ in try RawSocket(to: listener.address) }
        for client in clients { client.send("some bytes") }
        try base.runUntilIdle()
        for client in clients { client.reset() }
      }
      try base.run(until: "all ends") { listener.counts.accepted == 200 && listener.openConnections == 0 }
      #expect(told == 200)
    }
  }

  @Test func `a peer that takes a byte a second gets all of them, and others are not held up`() throws {
    // In virtual time, which jumps where nothing is under way.
    let base = EventBase(clock: .virtual)
    let (slow, sender) = try base.socketPair()
    let (left, right) = try base.socketPair()
    right.onRead = { $0.write(&$0.input) }
    var (trips, got) = (0, "")
    left.onRead = { event in
      event.input.drain()
      trips += 1
    }
    slow.readMarks = Watermarks(high: 1)
    sender.write("slowly")
    sender.finish()
    base.schedule(after: .seconds(1), repeatingEvery: .seconds(1)) {
      got += slow.input.readString(upTo: 1)
      left.write("ball")
    }
    try base.run(for: .seconds(8))
    #expect(got == "slowly")
    #expect(slow.isInputEnded)
    #expect(trips >= 7)
    base.shutDown()
  }
}
