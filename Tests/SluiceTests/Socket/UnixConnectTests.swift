import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

struct UnixConnectTests {
  @Test func `a path that is not there is one event, from the loop`() throws {
    try onSockets { base in
      let client = base.connect(to: try .unix(path: "/nonexistent/sluice.sock"))
      #expect(client.failure == nil)
      let log = EventLog()
      log.follow(client)
      try base.run()
      #expect(
        log.take() == ["error transport(connect unix:/nonexistent/sluice.sock: No such file or directory)"])
      client.close()
    }
  }

  /// Linux says EAGAIN at once where the queue is full, and tells nobody when there is room again.
  @Test func `a listener whose queue is full is tried again until it takes the connection`() throws {
    try onSockets { base in
      let address = try SocketAddress.unix(abstract: "sluice-full-queue")
      var options = ListenerOptions()
      options.backlog = 1
      var accepted = 0
      let listener = try base.listen(at: address, options: options) { event, _ in
        accepted += 1
        event.close()
      }
      listener.pause()
      let clients = (0..<8).map { _ in base.connect(to: address) }
      var (connected, ended) = (0, 0)
      for client in clients {
        client.onEvent = { event, what in
          if what.words == "connected" { connected += 1 }
          guard what.words == "endOfInput" else { return }
          event.close()
          ended += 1
          if ended == clients.count { listener.close() }
        }
      }
      try base.runUntilIdle()
      #expect(connected < clients.count)
      #expect(connected > 0)
      listener.resume()
      try base.run()
      #expect((connected, ended, accepted) == (8, 8, 8))
    }
  }

  @Test func `a queue that stays full ends at the deadline, as nothing else does`() throws {
    try onSockets { base in
      let hole = RawSocket(AF_UNIX)
      let address = try SocketAddress.unix(abstract: "sluice-always-full")
      #expect(hole.bind(to: address) && hole.listen(backlog: 0))
      let fillers = (0..<4).map { _ in RawSocket(AF_UNIX) }
      let codes = fillers.map { $0.connect(to: address) }
      #expect(codes.contains(EAGAIN))
      var options = ConnectOptions()
      options.deadline = .milliseconds(100)
      let client = base.connect(to: address, options: options)
      try base.run()
      #expect(client.connectError?.reason == .timedOut)
      client.close()
      withExtendedLifetime(fillers) {}
    }
  }
}
