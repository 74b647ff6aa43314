import SluiceTesting
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// Connections over real sockets, on this machine alone.
struct ConnectLoopbackTests {
  /// libevent: bufferevent_connect.
  @Test(arguments: [PollerKind.automatic, .poll])
  func `two clients connect, read what the server sends, and see the end`(poller: PollerKind) throws {
    try onSockets(poller) { base in
      let listener = try base.listen(at: .loopback()) { event, _ in
        event.write(String(repeating: "words of the server, ", count: 20_000))
        event.close()
      }
      var (texts, ends, reads) = (["", ""], 0, 0)
      for number in 0..<2 {
        let client = base.connect(to: listener.address)
        client.onRead = { event in
          reads += 1
          texts[number] += event.readAll()
        }
        client.onEvent = { event, what in
          guard what.words == "endOfInput" else { return }
          event.close()
          ends += 1
          if ends == 2 { listener.close() }
        }
      }
      try base.run()
      #expect(ends == 2)
      #expect(reads >= 2)
      #expect(texts.allSatisfy { $0.utf8.count == 420_000 })
    }
  }

  /// libevent: bufferevent_connect_fail, bufferevent_connect_fail_eventcb, S4.
  @Test(arguments: [PollerKind.automatic, .poll])
  func `a port that is bound and not listened at is one event, and no other callback`(poller: PollerKind) throws {
    try onSockets(poller) { base in
      let bound = RawSocket()
      #expect(bound.bind(to: .loopback()))
      let address = try #require(bound.address)
      let client = base.connect(to: address)
      let log = EventLog()
      log.follow(client)
      client.disable(.both)
      client.enable(.both)
      client.write("never sent")
      try base.run()
      #expect(
        log.take() == ["error transport(connect \(address): Connection refused; nothing listens there)"])
      #expect(client.connectError?.reason == .refused)
      #expect(client.enabled == .both)
      client.close()
    }
  }

  @Test(arguments: ["127.0.0.1:0", "[::1]:0", "unix:@sluice-connect-test"])
  func `every kind of address connects, both ways`(text: String) throws {
    try onSockets { base in
      var seen: [String] = []
      let listener = try base.listen(at: try #require(SocketAddress(text))) { event, peer in
        if text.hasPrefix("[") { seen.append("from \(peer?.host ?? "")") }
        event.onRead = { $0.write(&$0.input) }
        event.onEvent = { event, _ in event.close() }
      }
      let client = base.connect(to: listener.address)
      client.write("there and back")
      client.onRead = { event in
        guard event.unread == 14 else { return }
        seen.append(event.readAll())
        event.close()
        listener.close()
      }
      try base.run()
      #expect(seen == (text.hasPrefix("[") ? ["from ::1"] : []) + ["there and back"])
    }
  }

  /// libevent S11, #451: enabling made a write callback with nothing written.
  @Test func `enabling a direction of a connected event calls nobody`() throws {
    try onSockets { base in
      let listener = try base.listen(at: .loopback()) { event, _ in event.onEvent = { event, _ in event.close() } }
      let client = base.connect(to: listener.address)
      let log = EventLog()
      log.follow(client)
      client.onEvent = { _, what in
        log.add(what.words)
        base.stop()
      }
      try base.run()
      client.disable(.both)
      client.enable(.both)
      client.suspend(.both)
      client.resume(.both)
      try base.runUntilIdle()
      #expect(log.take() == ["connected"])
      client.close()
      listener.close()
      try base.run()
    }
  }

  /// A Unix socket is connected before the call returns.
  @Test func `a connection that stands at once is told from the loop`() throws {
    try onSockets { base in
      let listener = try base.listen(at: try .unix(abstract: "sluice-at-once")) { event, _ in event.close() }
      let client = base.connect(to: listener.address)
      #expect(client.suspensions(.both) == .connecting)
      client.onEvent = { event, what in
        #expect(what.words == "connected")
        event.close()
        listener.close()
      }
      try base.run()
    }
  }

  @Test func `a black-holed address ends at the deadline, with one event`() throws {
    try onSockets { base in
      let hole = try BlackHole()
      var options = ConnectOptions()
      options.deadline = .milliseconds(120)
      let client = base.connect(to: hole.address, options: options)
      client.writeTimeout = .milliseconds(10)
      client.readTimeout = .milliseconds(10)
      client.write("into the dark")
      let log = EventLog()
      log.follow(client)
      try base.run()
      let line = log.take()
      #expect(line.count == 1)
      #expect(line.first?.hasPrefix("error transport(connect \(hole.address): no answer in ") == true)
      #expect(client.connectError?.reason == .timedOut)
      #expect(client.connectError.map { $0.duration >= .milliseconds(120) } == true)
      client.close()
    }
  }

  @Test func `a black-holed address first does not hold up the one that answers`() throws {
    try onSockets { base in
      let hole = try BlackHole()
      let port = try #require(hole.address.port)
      let live = try #require(SocketAddress("127.0.0.2:\(port)"))
      var peers: [BufferEvent] = []
      let listener = try base.listen(at: live) { event, _ in peers.append(event) }
      var options = ConnectOptions()
      options.attemptDelay = .milliseconds(10)
      options.resolver = StubResolver(["example.test": [try .found("127.0.0.1", "127.0.0.3", "127.0.0.2")]])
      let client = base.connect(to: try Endpoint("example.test:\(port)"), options: options)
      client.onEvent = { _, what in
        #expect(what.words == "connected")
        base.stop()
      }
      try base.run()
      #expect(client.debugDescription.hasPrefix("socket to \(live)"))
      client.close()
      try base.runUntilIdle()
      for peer in peers { peer.close() }
      listener.close()
    }
  }

  @Test func `a connection leaves from the local address that was named`() throws {
    try onSockets { base in
      var peer: SocketAddress?
      let listener = try base.listen(at: .loopback()) { event, from in
        peer = from
        event.close()
      }
      var options = ConnectOptions()
      options.localAddress = SocketAddress("127.0.0.9:0")
      let client = base.connect(to: listener.address, options: options)
      client.onEvent = { event, what in
        guard what.words == "endOfInput" else { return }
        event.close()
        listener.close()
      }
      try base.run()
      #expect(peer?.host == "127.0.0.9")
    }
  }

  @Test func `a local address that is not this machine's is one event that says so`() throws {
    try onSockets { base in
      var options = ConnectOptions()
      options.localAddress = SocketAddress("192.0.2.1:0")
      let client = base.connect(to: .loopback(port: 9), options: options)
      let log = EventLog()
      log.follow(client)
      try base.run()
      #expect(
        log.take() == [
          "error transport(connect 127.0.0.1:9: Cannot assign requested address; no interface of this machine has the "
            + "address)"
        ])
      client.close()
    }
  }

  /// Where every address of this machine is named, the system takes the one that the socket has.
  @Test(arguments: ["127.0.0.77", "", "[::ffff:127.0.0.77]"])
  func `a socket that meets itself is a refusal`(host: String) throws {
    try onSockets { base in
      // A port that nobody else uses at this address.
      let bound = RawSocket()
      #expect(bound.bind(to: try #require(SocketAddress("127.0.0.77:0"))))
      let local = try #require(bound.address)
      bound.close()
      let address = try #require(SocketAddress("\(host):\(local.port ?? 0)"))
      var options = ConnectOptions()
      options.localAddress = address.ipVersion == .v6 ? address : local
      let client = base.connect(to: address, options: options)
      let log = EventLog()
      log.follow(client)
      try base.run()
      #expect(log.take() == ["error transport(connect \(address): Connection refused; nothing listens there)"])
      client.close()
    }
  }

  @Test func `an option that the system refuses fails the connection`() throws {
    try onSockets { base in
      let listener = try base.listen(at: .loopback()) { _, _ in }
      var options = ConnectOptions()
      options.socket.codePoint = 64
      let client = base.connect(to: listener.address, options: options)
      let log = EventLog()
      log.follow(client)
      client.onEvent = { event, what in
        log.add(what.words)
        listener.close()
      }
      try base.run()
      #expect(log.take() == ["error transport(connect \(listener.address): Invalid argument)"])
      client.close()
    }
  }
}
