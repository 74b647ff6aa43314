import Sluice
import Testing

/// Reading and writing fail (proxies' fault 21, S8).
@Suite struct TransferFaultTests {
  @Test(arguments: ["recvfrom", "readv", "sendto", "sendmsg"], ["EINTR", "EAGAIN"])
  func `what is no failure is seen by nobody`(call: String, error: String) throws {
    let server = try Server(on: EventBase(), faults: ["\(call):error=\(error):when=1..4"])
    let clients = try (0..<3).map { _ in try Client(server) }
    for client in clients {
      try client.echo("hello")
      try client.echo(String(repeating: "hello ", count: 1_000))
    }
    _ = try server.stop()
    #expect(server.failures == [])
  }

  @Test(arguments: [
    ("recvfrom", "reading", "ECONNRESET", 104), ("recvfrom", "reading", "ETIMEDOUT", 110),
    ("recvfrom", "reading", "EHOSTUNREACH", 113), ("recvfrom", "reading", "EIO", 5),
    ("sendto", "writing", "EPIPE", 32), ("sendto", "writing", "ECONNRESET", 104),
    ("sendto", "writing", "ETIMEDOUT", 110), ("sendto", "writing", "ENETDOWN", 100),
  ])
  func `a read or a write that fails ends its connection with the cause, and the others go on`(
    call: String, direction: String, error: String, code: Int
  ) throws {
    let server = try Server(on: EventBase(), faults: ["\(call):error=\(error):when=2"])
    let (first, second) = try (Client(server), Client(server))
    try first.echo("one")
    second.event.write("two")
    try server.reach("its end") { second.isOver }
    try first.echo("three")
    try Client(server).echo("four")
    _ = try server.stop()
    #expect(server.failures == ["connection 2: error \(code) while \(direction)"])
  }

  @Test func `a wait that a signal interrupts is seen by nobody`() throws {
    let server = try Server(on: EventBase(), faults: ["?epoll_wait,?epoll_pwait:error=EINTR:when=1..9"])
    for _ in 0..<3 { try Client(server).echo("hello") }
    _ = try server.stop()
    #expect(server.failures == [])
  }

  @Test(arguments: ["ENOSYS", "EPERM"])
  func `where a system knows no wait that is as exact, one that is coarser does`(error: String) throws {
    let server = try Server(on: EventBase(), faults: ["epoll_pwait2:error=\(error)"])
    let listener = try server.base.listen(at: .loopback()) { event, _ in event.close() }
    defer { listener.close() }
    // A deadline has it wait for a time.
    #expect(try server.connect(to: listener.address) == "connected")
    _ = try server.stop()
  }

  /// A server that echoes behind one that relays, and a client.
  private func behindRelay(_ faults: [String], _ body: (Server, Client) throws -> Void) throws {
    let server = try Server(on: EventBase(), faults: faults)
    let echo = try server.base.listen(at: .loopback()) { event, _ in
      event.onRead = { $0.write(&$0.input) }
      event.onEvent = { event, _ in event.close() }
    }
    defer { echo.close() }
    server.relay(to: echo.address)
    _ = try server.figures()
    try body(server, try Client(server))
    _ = try server.stop()
  }

  @Test(arguments: ["EINVAL", "ENOSYS", "EPERM"], [1, 4])
  func `where a system splices nothing, or no more, bytes are read and written`(error: String, place: Int) throws {
    try behindRelay(["splice:error=\(error):when=\(place)+"]) { server, client in
      client.event.write([UInt8](repeating: 65, count: 3_000_000))
      try server.reach("the echo") { client.text.utf8.count == 3_000_000 || client.isOver }
      client.event.close()
      try server.reach("an end in order") { server.hasSaid("connection 1: relay both sides finished") }
    }
  }

  @Test(arguments: ["ECONNRESET", "ETIMEDOUT", "EPIPE"])
  func `a file that cannot be sent on for the connection's sake ends it with the cause`(error: String) throws {
    let server = try Server(on: EventBase(), faults: ["sendfile:error=\(error):when=1"])
    server.send("/proc/self/exe")
    _ = try server.figures()
    let client = try Client(server)
    try server.reach("its end") { client.isOver }
    _ = try server.stop()
    let code = ["ECONNRESET": 104, "ETIMEDOUT": 110, "EPIPE": 32][error] ?? 0
    #expect(server.failures == ["connection 1: error \(code) while writing"])
  }
}
