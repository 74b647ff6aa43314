import Sluice
import Testing

/// How many system calls things cost.
@Suite struct SystemCallTests {
  @Test func `an echo is three system calls: a wait, a read, and a write`() throws {
    let trips = 100
    let server = try Server(on: EventBase(), traced: "all")
    let client = try Client(server)
    try client.echo("first")
    for trip in 0..<trips { try client.echo("trip \(trip)") }
    client.event.close()
    _ = try server.stop()
    let calls = try server.calls()
    let start = try #require(calls.firstIndex { $0.hasPrefix("accept4") })
    let names = calls[start...].map { $0.prefix { $0 != "(" } }
    let firstAnswer = try #require(names.firstIndex { $0 == "sendto" })
    let lastAnswer = try #require(names.lastIndex { $0 == "sendto" })
    let between = names[(firstAnswer + 1)...lastAnswer]
    #expect(between.count { $0 == "sendto" } == trips)
    #expect(between.count { $0 == "recvfrom" } == trips)
    // One that comes before its time is looked at and found empty: rarely, and never more than the messages.
    #expect((trips...trips + 5).contains(between.count { $0.hasPrefix("epoll_") }))
    #expect(between.count <= 3 * trips + 5, "\(Set(between))")
  }

  @Test func `idle connections cost none`() throws {
    let server = try Server(on: EventBase(), traced: "all")
    let clients = try (0..<20).map { _ in try Client(server) }
    for client in clients { try client.echo("hello") }
    let before = try server.figures()
    let after = try server.figures()
    // To be asked is a round or two.
    #expect(try #require(after["rounds"]) - #require(before["rounds"]) <= 3)
    _ = try server.stop()
    withExtendedLifetime(clients) {}
  }
}
