import Synchronization
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

struct GroupListenerTests {
  /// Serves with the number of the loop that took a connection, and echoes what comes.
  private func greet(_ group: LoopGroup, _ base: EventBase) -> (BufferEvent, SocketAddress?) -> Void {
    let number = group.loops.firstIndex { $0.isCurrent } ?? -1
    return { event, _ in
      #expect(event.base === base)
      event.write("\(number)")
      event.onRead = { $0.write(&$0.input) }
      event.onEvent = { event, _ in event.close() }
    }
  }

  /// Connects `count` times, and gives what was said first to each.
  private func greetings(_ count: Int, at address: SocketAddress) throws -> [String] {
    var said: [String] = []
    try onSockets { base in
      for _ in 0..<count {
        let client = base.connect(to: address)
        client.onRead = { event in
          said.append(event.readAll())
          event.close()
        }
        client.onEvent = { event, what in
          guard case .error(let error) = what else { return }
          said.append("\(error)")
          event.close()
        }
      }
      try base.run()
    }
    return said
  }

  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func `connections are spread over the loops, and each stays on its own`(text: String) async throws {
    let group = try LoopGroup(count: 2)
    let served = Mutex(0)
    let listener = try await group.listen(at: try #require(SocketAddress(text))) { base in
      served.withLock { $0 += 1 }
      return greet(group, base)
    }
    #expect(served.withLock { $0 } == 2)
    #expect(listener.addresses.first?.port != 0)
    let said = try greetings(64, at: listener.addresses[0])
    #expect(said.count == 64)
    #expect(Set(said) == ["0", "1"])
    group.stop()
    group.join()
  }

  @Test func `the loops share the queue of a Unix socket`() async throws {
    let path = "/tmp/sluice-group-\(getpid()).sock"
    let group = try LoopGroup(count: 3)
    let listener = try await group.listen(at: try .unix(path: path)) { greet(group, $0) }
    let said = try greetings(64, at: listener.addresses[0])
    #expect(said.count == 64)
    #expect(Set(said).isSubset(of: ["0", "1", "2"]))
    listener.close()
    _ = try await group.run { _ in }
    #expect(access(path, F_OK) != 0)
    group.stop()
    group.join()
  }

  @Test func `several addresses have their ports in the order in which they were given`() async throws {
    let group = try LoopGroup(count: 2)
    let addresses = [SocketAddress.loopback(), try .unix(abstract: "sluice-group-\(getpid())"), .loopback()]
    let listener = try await group.listen(at: addresses) { greet(group, $0) }
    #expect(listener.addresses.map(\.isUnix) == [false, true, false])
    #expect(listener.addresses[0].port != listener.addresses[2].port)
    for address in listener.addresses { #expect(try greetings(4, at: address).count == 4) }
    group.stop()
    group.join()
  }

  @Test func `a pause holds connections up on all loops, and they are counted`() async throws {
    let group = try LoopGroup(count: 2)
    let listener = try await group.listen(at: .loopback()) { greet(group, $0) }
    listener.pause()
    _ = try await group.run { _ in }
    let clients = (0..<8).map { _ in RawSocket() }
    for client in clients { _ = client.connect(to: listener.addresses[0]) }
    _ = try await group.run { _ in }
    #expect(await listener.openConnections() == [0, 0])
    listener.resume()
    for client in clients {
      var wait = pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0)
      #expect(poll(&wait, 1, 30_000) == 1)
    }
    #expect(await listener.openConnections().reduce(0, +) == 8)
    #expect(await listener.counts().map(\.accepted).reduce(0, +) == 8)
    listener.close()
    _ = try await group.run { _ in }
    // What is open goes on, and nothing new comes.
    var byte: UInt8 = 7
    #expect(send(clients[0].descriptor, &byte, 1, 0) == 1)
    let said = try greetings(1, at: listener.addresses[0])
    #expect(said.first?.contains("Connection refused") == true)
    group.stop()
    group.join()
  }

  @Test func `where one address or one loop fails, nobody listens`() async throws {
    let group = try LoopGroup(count: 2)
    let taken = RawSocket()
    #expect(taken.bind(to: .loopback()) && taken.listen(backlog: 1))
    let address = try #require(taken.address)
    let free = RawSocket()
    #expect(free.bind(to: .loopback()))
    let other = try #require(free.address)
    free.close()
    await #expect(throws: SocketError(.bind, code: EADDRINUSE, peer: "\(address)")) {
      try await group.listen(at: [other, address]) { greet(group, $0) }
    }
    await #expect(throws: SocketError.self) { try await group.listen(at: []) { greet(group, $0) } }
    struct Unwilling: Error {}
    let calls = Mutex(0)
    await #expect(throws: Unwilling.self) {
      try await group.listen(at: other) { base in
        if calls.withLock({
          $0 += 1; return $0
        }) == 2 {
          throw Unwilling()
        }
        return greet(group, base)
      }
    }
    _ = try await group.run { _ in }
    #expect(try greetings(1, at: other).first?.contains("Connection refused") == true)
    group.stop()
    group.join()
    await #expect(throws: EventBaseError.stopped) { try await group.listen(at: other) { greet(group, $0) } }
  }

  @Test func `a Unix socket is given back where an address behind it fails`() async throws {
    let group = try LoopGroup(count: 2)
    let taken = try RawSocket(boundTo: .loopback(), backlog: 1)
    let name = freshAbstractAddress()
    let addresses = [name, try #require(taken.address)]
    await #expect(throws: SocketError.self) { try await group.listen(at: addresses) { greet(group, $0) } }
    _ = try await group.run { _ in }
    // The name is in use for as long as anybody has the socket.
    #expect(RawSocket(AF_UNIX).bind(to: name))
    group.stop()
    group.join()
  }

  @Test func `a group that runs out of descriptors says so, and nobody listens`() async {
    await #expect(processExitsWith: .success) {
      openWhatTheRuntimeNeeds()
      let group = try LoopGroup(count: 3)
      let name = freshAbstractAddress()
      // Each loop has its poller.
      try await group.listen(at: name) { _ in { _, _ in } }.close()
      _ = try await group.run { _ in }
      var fillers = useUpDescriptors()
      let before = openDescriptors()
      var failures = 0
      for freed in 0..<12 {
        do {
          try await group.listen(at: name) { _ in { _, _ in } }.close()
        } catch let error as SocketError where error.code == EMFILE {
          failures += 1
        }
        // Closed on each.
        _ = try await group.run { _ in }
        guard openDescriptors() == before - freed else { exit(3) }
        if let filler = fillers.popLast() { close(filler) }
      }
      guard (1..<12).contains(failures) else { exit(4) }
    }
  }

  @Test func `a group that stops lets go of everything`() async throws {
    weak var gone: LoopGroup?
    do {
      let group = try LoopGroup(count: 2)
      gone = group
      let listener = try await group.listen(at: .loopback()) { base in
        let farewell = Farewell {}
        return { event, _ in
          event.onRead = { _ in withExtendedLifetime((farewell, base)) {} }
        }
      }
      let client = RawSocket()
      _ = client.connect(to: listener.addresses[0])
      while await listener.openConnections().reduce(0, +) == 0 { await Task.yield() }
      group.stop()
      group.join()
      var wait = pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0)
      #expect(poll(&wait, 1, 30_000) == 1)
    }
    #expect(gone == nil)
  }
}
