import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where listeners listen: several addresses, shared ones, adopted descriptors, and what is set on sockets.
@Suite struct ListenerAddressTests {
  private static func address(_ text: String) throws -> SocketAddress { try #require(SocketAddress(text)) }

  @Test(arguments: PollerKind.all)
  func `one listener takes connections at all of its addresses`(poller: PollerKind) throws {
    try onEndingBase(poller) { base in
      let folder = ScratchFolder()
      let wanted = try [.loopback(), Self.address("[::1]:0"), folder.socket("s"), freshAbstractAddress()]
      let listener = try base.listen(at: wanted) { event, _ in event.onRead = { $0.write(&$0.input) } }
      #expect(listener.addresses.count == 4)
      #expect(listener.addresses[0].port != 0 && listener.addresses[1].port != 0)
      #expect(Array(listener.addresses[2...]) == Array(wanted[2...]))
      #expect(listener.address == listener.addresses[0])
      let clients = try listener.addresses.map { try RawSocket(to: $0) }
      for client in clients { client.send("hello") }
      var answers = [String](repeating: "", count: 4)
      try base.run(until: "four answers") {
        for (index, client) in clients.enumerated() { answers[index] += client.received() ?? "" }
        return answers.allSatisfy { $0 == "hello" }
      }
      #expect(listener.counts.accepted == 4)
      listener.close()
      #expect(listener.addresses.allSatisfy { (try? RawSocket(to: $0)) == nil })
    }
  }

  @Test func `an address that cannot be had is named, and the others are given back`() throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      let taken = try base.listen(at: .loopback()) { _, _ in }
      let others = try [folder.socket("s"), freshAbstractAddress()]
      let error = #expect(throws: SocketError.self) { try base.listen(at: others + [taken.address]) { _, _ in } }
      #expect(error?.operation == .bind)
      #expect(error?.code == EADDRINUSE)
      #expect(
        error?.description
          == "bind \(taken.address): Address already in use; stop what listens there, or choose another port")
      #expect(!exists(folder.file("s")))
      // Both can be had now: at once, but for a program that is being started, which has all descriptors for a moment.
      var listener: Listener?
      try base.run(until: "both can be had") {
        listener = try? base.listen(at: others) { _, _ in }
        if listener == nil { base.schedule(after: .milliseconds(1)) {} }
        return listener != nil
      }
      listener?.close()
    }
  }

  @Test func `a listener without an address is refused`() {
    let error = #expect(throws: SocketError.self) { try EventBase().listen(at: []) { _, _ in } }
    #expect(error?.description == "listen no address: Destination address required; give at least one")
  }

  @Test func `an IPv6 address leaves IPv4 to others, unless told otherwise`() throws {
    try onEndingBase { base in
      let six = try base.listen(at: Self.address("[::]:0")) { _, _ in }
      let port = try #require(six.address.port)
      let four = try base.listen(at: Self.address(":\(port)")) { event, _ in event.close() }
      let client = try RawSocket(to: .loopback(port: port))
      try base.run(until: "a connection") { four.counts.accepted == 1 }
      #expect(six.counts.accepted == 0)
      six.close()
      four.close()
      var options = ListenerOptions()
      options.acceptsIPv4 = true
      var peers: [SocketAddress?] = []
      let both = try base.listen(at: Self.address("[::]:0"), options: options) { event, peer in
        peers.append(peer)
        event.close()
      }
      let others = try [
        RawSocket(to: .loopback(port: #require(both.address.port))),
        RawSocket(to: Self.address("[::1]:\(#require(both.address.port))")),
      ]
      try base.run(until: "two connections") { both.counts.accepted == 2 }
      #expect(Set(peers.map { $0?.ipVersion }) == [.v4, .v6], "an IPv4 peer has an IPv4 address")
      withExtendedLifetime((client, others)) {}
    }
  }

  @Test func `listeners of several loops share an address, and each gets connections`() async throws {
    var options = ListenerOptions()
    options.reusePort = true
    let loops = try [LoopThread(name: "one"), LoopThread(name: "two")]
    let shared = options
    let address = try await loops[0].run { base in
      try base.listen(at: .loopback(), options: shared) { event, _ in event.close() }.address
    }
    let second = try await loops[1].run { base in
      try base.listen(at: address, options: shared) { event, _ in event.close() }.address
    }
    #expect(second == address)
    let clients = try (0..<64).map { _ in try RawSocket(to: address) }
    func counts() async throws -> [Int] {
      var counts: [Int] = []
      for loop in loops {
        counts.append(
          try await loop.run { $0.lingering.values.reduce(0) { $0 + (($1 as? Listener)?.counts.accepted ?? 0) } })
      }
      return counts
    }
    while try await counts().reduce(0, +) < clients.count { await Task.yield() }
    // The chance that the kernel gives all of them to one is that of 63 coins on the same side.
    #expect(try await counts().allSatisfy { $0 > 0 })
    for loop in loops {
      loop.stop()
      loop.join()
    }
  }

  @Test func `a listening descriptor is adopted, as supervisors hand it down`() throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      for address in try [.loopback(), folder.socket("s")] {
        let inherited = try RawSocket(boundTo: address, backlog: 8)
        let listener = try base.listen(adopting: inherited.giveAway()) { event, _ in
          event.write("welcome")
          event.close()
        }
        #expect(listener.address.port != 0)
        let client = try RawSocket(to: listener.address)
        try base.run(until: "a connection") { listener.counts.accepted == 1 }
        #expect(client.received() == "welcome")
        listener.close()
      }
      #expect(exists(folder.file("s")), "the file belongs to who made it")
    }
  }

  enum Unfit: CaseIterable { case pipe, datagrams, connected, notListening, closed }

  @Test(arguments: Unfit.allCases)
  func `a descriptor that does not listen is refused with the reason (error)`(unfit: Unfit) throws {
    var pipes: [Int32] = [-1, -1]
    var rest: RawSocket?
    let descriptor: Int32
    switch unfit {
    case .pipe:
      pipe(&pipes)
      descriptor = pipes[0]
      rest = RawSocket(owning: pipes[1])
    case .datagrams: descriptor = try RawSocket(boundTo: .loopback(), kind: SOCK_DGRAM).giveAway()
    case .connected:
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pipes)
      descriptor = pipes[0]
      rest = RawSocket(owning: pipes[1])
    case .notListening: descriptor = try RawSocket(boundTo: .loopback()).giveAway()
    case .closed: descriptor = 1_000_000
    }
    let error = #expect(throws: SocketError.self) { try EventBase().listen(adopting: descriptor) { _, _ in } }
    #expect(error?.operation == .listen)
    #expect(error?.code == (unfit == .closed ? EBADF : EINVAL))
    #expect(error?.description.contains("descriptor \(descriptor)") == true)
    #expect(error?.description.contains("it has to be a stream socket that listens") == true)
    if unfit == .connected { #expect(rest?.received() == "", "the descriptor was closed") }
    withExtendedLifetime(rest) {}
  }

  @Test func `what is set on accepted sockets is what was asked for, keep-alive too (#56)`() throws {
    try onEndingBase { base in
      var accepted: [BufferEvent] = []
      let plain = try base.listen(at: .loopback()) { event, _ in accepted.append(event) }
      var options = ListenerOptions()
      options.socket.keepAlive = SocketOptions.KeepAlive(idle: .seconds(77))
      options.socket.noDelay = false
      let set = try base.listen(at: .loopback(), options: options) { event, _ in accepted.append(event) }
      var clients: [RawSocket] = []
      for listener in [plain, set] {
        clients.append(try RawSocket(to: listener.address))
        try base.run(until: "a connection") { listener.counts.accepted == 1 }
      }
      #expect(accepted.map { $0.option(SOL_SOCKET, SO_KEEPALIVE) } == [0, 1])
      #expect(accepted[1].option(Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 77)
      #expect(accepted.map { $0.option(Int32(IPPROTO_TCP), TCP_NODELAY) } == [1, 0])
      for event in accepted {
        #expect(fcntl(event.descriptor ?? -1, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(event.descriptor ?? -1, F_GETFD) & FD_CLOEXEC != 0)
      }
      withExtendedLifetime(clients) {}
    }
  }

  @Test func `a listener that waits for data takes a silent connection when it speaks`() throws {
    try onEndingBase { base in
      var options = ListenerOptions()
      options.waitsForData = true
      var order: [String] = []
      let listener = try base.listen(at: .loopback(), options: options) { event, _ in
        event.onRead = { order.append($0.readAll()) }
      }
      let (silent, eager) = try (RawSocket(to: listener.address), RawSocket(to: listener.address))
      eager.send("eager")
      try base.run(until: "the eager one") { order == ["eager"] }
      #expect(listener.counts.accepted == 1)
      silent.send("silent")
      try base.run(until: "the silent one") { order == ["eager", "silent"] }
    }
  }
}
