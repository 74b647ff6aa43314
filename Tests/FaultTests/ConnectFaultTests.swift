import Sluice
import Testing

/// Connecting fails (proxies' faults 20 and 29, S4).
@Suite struct ConnectFaultTests {
  /// Somebody to connect to, and what that gets.
  private final class Target {
    var texts: [String] = []
    let listener: Listener

    init(_ base: EventBase, at address: SocketAddress) throws {
      listener = try base.listen(at: address) { _, _ in }
      listener.onAccept = { [weak self] event, _ in
        event.onEvent = { event, _ in
          self?.texts.append(event.input.readString())
          event.close()
        }
      }
    }

    deinit { listener.close() }
  }

  private func name() throws -> SocketAddress {
    try .unix(abstract: "sluice-fault-\(UInt64.random(in: 0 ... .max))")
  }

  private func connects(
    _ address: SocketAddress, despite faults: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let server = try Server(on: EventBase(), faults: faults)
    let target = try Target(server.base, at: address)
    #expect(try server.connect(to: target.listener.address) == "connected", sourceLocation: sourceLocation)
    try server.reach("the words") { !target.texts.isEmpty }
    #expect(target.texts == ["hello"], sourceLocation: sourceLocation)
    _ = try server.stop()
  }

  @Test(arguments: [1, 3])
  func `a signal that interrupts a connect is seen by nobody`(times: Int) throws {
    try connects(.loopback(), despite: ["connect:error=EINTR:when=1..\(times)"])
    try connects(try name(), despite: ["connect:error=EINTR:when=1..\(times)"])
  }

  @Test func `a Unix socket that takes nobody now is tried again`() throws {
    try connects(try name(), despite: ["connect:error=EAGAIN:when=1..3"])
  }

  @Test(arguments: [
    ("connect", "EAGAIN", "Resource temporarily unavailable"),
    ("connect", "ECONNREFUSED", "Connection refused; nothing listens there"),
    ("connect", "ENETUNREACH", "Network is unreachable"),
    ("connect", "EADDRNOTAVAIL", "Cannot assign requested address"),
    ("connect", "EACCES", "Permission denied"),
    ("socket", "EMFILE", "Too many open files; raise the limit of open descriptors (ulimit -n)"),
    ("socket", "ENFILE", "Too many open files in system; raise the limit of open descriptors (ulimit -n)"),
    ("socket", "ENOBUFS", "No buffer space available"),
  ])
  func `a connect that fails is one event with its cause, and the next goes on`(
    call: String, error: String, words: String
  ) throws {
    // The first socket is the listener's.
    let server = try Server(on: EventBase(), faults: ["\(call):error=\(error):when=\(call == "socket" ? 2 : 1)"])
    let target = try Target(server.base, at: .loopback())
    let address = target.listener.address
    #expect(try server.connect(to: address) == "connect \(address): \(words)")
    #expect(try server.connect(to: address) == "connected")
    _ = try server.stop()
    #expect(server.lines.count { $0.hasPrefix("connecting: ") } == 2)
  }

  @Test func `a connect that cannot be watched is one event with its cause, and the next goes on`() throws {
    let place = try Server.place(ofAdding: { calls in
      calls.first { $0.hasPrefix("connect(") }?.split { !$0.isNumber }.first
    }) { server in
      let target = try Target(server.base, at: .loopback())
      _ = try server.connect(to: target.listener.address)
    }
    let server = try Server(on: EventBase(), faults: ["epoll_ctl:error=ENOSPC:when=\(place)"])
    let target = try Target(server.base, at: .loopback())
    let address = target.listener.address
    #expect(
      try server.connect(to: address) == "connect \(address): No space left on device")
    #expect(try server.connect(to: address) == "connected")
    _ = try server.stop()
  }
}
