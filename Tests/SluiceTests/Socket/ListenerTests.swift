import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Taking connections: libevent's regress_listener.c, and rules L4 to L7.
@Suite struct ListenerTests {
  @Test(arguments: PollerKind.all)
  func `two listeners at port 0 get ports of their own, and the loop ends when both pause (randport)`(
    poller: PollerKind
  ) throws {
    try onEndingBase(poller) { base in
      var taken = [0, 0]
      func listen(_ index: Int, _ most: Int) throws -> Listener {
        let listener = try base.listen(at: .loopback()) { event, _ in
          taken[index] += 1
          event.close()
        }
        let accept = listener.onAccept
        listener.onAccept = { [unowned listener] event, peer in
          accept?(event, peer)
          if taken[index] == most { listener.pause() }
        }
        return listener
      }
      let (first, second) = (try listen(0, 2), try listen(1, 1))
      #expect(first.address.port != 0)
      #expect(first.address != second.address)
      let clients = try [first, first, second].map { try RawSocket(to: $0.address) }
      // Nobody stops it: it has nothing left to wait for.
      try base.run()
      #expect(taken == [2, 1])
      withExtendedLifetime(clients) {}
    }
  }

  @Test(arguments: PollerKind.all)
  func `a listener that pauses in its callback leaves the rest in the queue (L4, immediate_close)`(
    poller: PollerKind
  ) throws {
    try onEndingBase(poller) { base in
      let listener = try base.listen(at: .loopback()) { event, _ in event.close() }
      let accept = listener.onAccept
      listener.onAccept = { [unowned listener] event, peer in
        accept?(event, peer)
        listener.pause()
      }
      let clients = try (0..<3).map { _ in try RawSocket(to: listener.address) }
      for expected in 1...3 {
        try base.run()
        #expect(listener.counts.accepted == expected)
        listener.resume()
      }
      withExtendedLifetime(clients) {}
    }
  }

  @Test(arguments: PollerKind.all)
  func `a listener that closes itself in its callback takes nothing more, and the others are reset (L4, L6)`(
    poller: PollerKind
  ) throws {
    try onEndingBase(poller) { base in
      var kept: BufferEvent?
      var listener: Listener? = try base.listen(at: .loopback()) { event, _ in kept = event }
      let address = try #require(listener?.address)
      let accept = listener?.onAccept
      listener?.onAccept = { [unowned listener] event, peer in
        accept?(event, peer)
        listener?.close()
      }
      weak let gone = listener
      let clients = try (0..<3).map { _ in try RawSocket(to: address) }
      try base.run(until: "a connection") { kept != nil }
      #expect(listener?.isClosed == true)
      #expect(listener?.counts.accepted == 1)
      listener = nil
      try base.runUntilIdle()
      #expect(gone == nil)
      #expect(throws: SocketError.self) { try RawSocket(to: address) }
      #expect(clients[1].readError == ECONNRESET)
      kept?.write("still here")
      #expect(clients[0].received() == "still here")
      kept?.close()
      withExtendedLifetime(clients) {}
    }
  }

  @Test func `a connection that is closed in the callback is given back once (close_accepted_fd)`() throws {
    try onEndingBase { base in
      let listener = try base.listen(at: .loopback()) { event, _ in
        event.abort()
        event.close()
        event.free()
      }
      let clients = try (0..<5).map { _ in try RawSocket(to: listener.address) }
      try base.run(until: "five connections") { listener.counts.accepted == 5 }
      #expect(listener.openConnections == 0)
      withExtendedLifetime(clients) {}
    }
  }

  @Test func `connections that nobody takes are closed, until somebody does (L5)`() throws {
    try onEndingBase { base in
      let listener = try base.listen(at: .loopback()) { _, _ in Issue.record("called") }
      listener.onAccept = nil
      let refused = try RawSocket(to: listener.address)
      try base.run(until: "a connection") { listener.counts.shed == 1 }
      #expect(refused.received() == "")
      listener.onAccept = { event, _ in
        event.write("welcome")
        event.close()
      }
      let welcome = try RawSocket(to: listener.address)
      try base.run(until: "another") { listener.counts.accepted == 1 }
      #expect(welcome.received() == "welcome")
      try base.run(until: "the descriptor given back") { listener.openConnections == 0 }
    }
  }

  @Test func `a listener that nobody holds goes on, paused or not, until its base ends`() throws {
    let base = EventBase()
    var accepted = 0
    let address = try base.listen(at: .loopback()) { event, _ in
      accepted += 1
      event.abort()
    }.address
    let client = try RawSocket(to: address)
    try base.run(until: "a connection") { accepted == 1 }
    try base.listen(at: .loopback()) { _, _ in }.pause()
    #expect(
      base.debugDescription.contains("listener at \(address), listening: 0 open, 1 accepted, 0 shed, 0 errors"))
    #expect(base.debugDescription.contains(", paused: 0 open"))
    base.shutDown()
    #expect(base.lingering.isEmpty)
    #expect(throws: SocketError.self) { try RawSocket(to: address) }
    withExtendedLifetime(client) {}
  }

  @Test(arguments: PollerKind.all)
  func `a virtual clock does not jump over a connection that waits`(poller: PollerKind) throws {
    let base = EventBase(clock: .virtual, poller: poller)
    var times: [Int] = []
    var options = ListenerOptions()
    options.acceptBudget = 1
    let listener = try base.listen(at: .loopback(), options: options) { _, _ in }
    var clients = [try RawSocket(to: listener.address)]
    listener.onAccept = { event, _ in
      times.append(event.base.elapsed)
      event.abort()
      if times.count == 1 { try? clients.append(RawSocket(to: listener.address)) }
    }
    base.schedule(after: .seconds(10)) { listener.close() }
    try base.run()
    #expect(times == [0, 0])
    withExtendedLifetime(clients) {}
  }

  @Test func `another thread may pause a listener while a callback of it runs (disable_in_thread)`() async throws {
    final class Held {
      var listener: Listener?
    }
    let loop = try LoopThread(name: "listener")
    let address = try await loop.run { base in
      let held = base.shared { Held() }
      let handle = base.handle
      let listener = try base.listen(at: .loopback()) { event, _ in
        event.close()
        // The door takes what another thread leaves there, and nobody waits for a lock.
        let thread = try? SystemThread(name: "other") {
          handle.execute { $0.shared { Held() }.listener?.pause() }
        }
        thread?.join()
        #expect(held.listener?.isPaused == false)
      }
      held.listener = listener
      return listener.address
    }
    let client = try RawSocket(to: address)
    while try await !loop.run({ $0.shared { Held() }.listener?.isPaused ?? false }) { await Task.yield() }
    withExtendedLifetime(client) {}
    loop.stop()
    loop.join()
  }
}
