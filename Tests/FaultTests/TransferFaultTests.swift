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
}
