import Sluice
import Testing

/// Taking connections fails (proxies' faults 20 and 21, L6, #71).
@Suite struct AcceptFaultTests {
  @Test(arguments: ["ECONNABORTED", "EINTR", "EPROTO", "EPERM", "EHOSTUNREACH"])
  func `what concerns one connection alone is nobody's error, and the next is taken`(error: String) throws {
    let server = try Server(on: EventBase(), faults: ["accept4:error=\(error):when=1..3"])
    for _ in 0..<3 { try Client(server).echo("hello") }
    let figures = try server.stop()
    #expect(figures["errors"] == 0)
    #expect(figures["accepted"] == 3)
    #expect(!server.hasSaid("listener"))
  }

  @Test func `a listener that is woken for nothing goes on`() throws {
    let server = try Server(on: EventBase(), faults: ["accept4:error=EAGAIN:when=1..5"])
    try Client(server).echo("hello")
    #expect(try server.stop()["errors"] == 0)
  }

  @Test(arguments: ["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"])
  func `without descriptors the open connections go on, one line says so, and then all are served`(
    error: String
  ) throws {
    let server = try Server(on: EventBase(), faults: ["accept4:error=\(error):when=2..11"])
    let first = try Client(server)
    try first.echo("before")
    let others = try (0..<5).map { _ in try Client(server) }
    for other in others { other.event.write("hello") }
    try server.reach("a report") { server.hasSaid("listener: accept") }
    try first.echo("meanwhile")
    let before = try server.figures()
    try server.reach("all others") { others.allSatisfy { $0.text == "hello" } }
    let after = try server.stop()
    #expect(server.lines.count { $0.hasPrefix("listener") } == 1)
    // Two calls a try, one of them for shedding, and longer each time: a few rounds, not thousands.
    #expect(try #require(after["rounds"]) - #require(before["rounds"]) < 60)
    #expect(try #require(after["errors"]) <= 10)
    #expect(after["accepted"] == 6)
  }

  @Test func `a system that refuses for ever is not asked all the time`() throws {
    let server = try Server(on: EventBase(), faults: ["accept4:error=EPERM:when=2+"])
    let first = try Client(server)
    try first.echo("before")
    let others = try (0..<3).map { _ in try Client(server) }
    // Until the listener has looked away for the longest time that it does.
    var rounds = try server.figures()["rounds"] ?? 0
    for trip in 0..<20 { try first.echo("trip \(trip)") }
    let now = try server.figures()["rounds"] ?? 0
    rounds = now - rounds
    #expect(rounds < 20 * 3 + 60)
    withExtendedLifetime(others) {}
    _ = try server.stop()
  }

  private func place(
    of whose: String, time: Int, maximum: Int? = nil, _ scene: (Server) throws -> Void
  ) throws -> Int {
    try Server.place(
      ofAdding: { calls in
        // accept4(3, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 9
        let numbers = calls.first { $0.hasPrefix("accept4") }?.split { !$0.isNumber }
        return whose == "listener" ? numbers?.dropFirst().first : numbers?.last
      }, time: time, maximum: maximum, scene)
  }

  private func twoInTurn(_ server: Server) throws {
    let (first, second) = try (Client(server), Client(server))
    try first.echo("hello")
    second.event.write("hello")
    first.event.close()
    try server.reach("the second") { second.text == "hello" }
    #expect(try server.figures()["accepted"] == 2)
  }

  @Test func `a listener that cannot be watched again tries again`() throws {
    // It is taken off while it is full, and put back when its connection is closed.
    let place = try place(of: "listener", time: 2, maximum: 1, twoInTurn)
    let server = try Server(on: EventBase(), faults: ["epoll_ctl:error=ENOMEM:when=\(place)..\(place + 1)"], maximum: 1)
    try twoInTurn(server)
    #expect(try server.stop()["errors"] == 2)
    #expect(server.lines.count { $0.hasPrefix("listener: accept") } == 1)
  }

  @Test func `a connection that cannot be watched ends with its cause, and the next goes on`() throws {
    let place = try place(of: "connection", time: 1) { try Client($0).echo("hello") }
    let server = try Server(on: EventBase(), faults: ["epoll_ctl:error=ENOSPC:when=\(place)"])
    let first = try Client(server)
    try server.reach("its end") { first.isOver }
    try server.reach("its cause") { server.hasSaid("connection 1: error 28 while") }
    try Client(server).echo("hello")
    #expect(try server.stop()["accepted"] == 2)
  }
}
