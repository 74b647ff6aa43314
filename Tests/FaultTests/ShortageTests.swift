import Sluice
import Testing

/// A process that really has no descriptors left.
@Suite struct ShortageTests {
  @Test func `the others are shed, nothing spins, and all is well again when some are closed`() throws {
    let server = try Server(on: EventBase(), files: 24)
    var clients = try (0..<40).map { _ in try Client(server) }
    for client in clients { client.event.write("hello") }
    try server.reach("an answer or an end for each") { clients.allSatisfy { $0.isOver || $0.text == "hello" } }
    let served = clients.filter { !$0.isOver }
    #expect((5..<24).contains(served.count))
    #expect(served.count < clients.count)
    #expect(server.lines.count { $0.hasPrefix("listener: accept") && $0.hasSuffix("(ulimit -n)") } == 1)

    // While it lasts, connections that stand go on, and almost no time is spent.
    let before = try server.figures()
    for client in served { try client.echo(" again") }
    let more = try (0..<3).map { _ in try Client(server) }
    try server.reach("their ends") { more.allSatisfy(\.isOver) }
    let after = try server.figures()
    #expect(try #require(after["rounds"]) - #require(before["rounds"]) < 200)
    #expect(try #require(after["shed"]) >= 3)
    #expect(after["open"] == served.count)

    // One that ends makes place for one, at once.
    let gone = try #require(served.first)
    clients.removeAll { $0 === gone }
    gone.event.close()
    while try server.figures()["open"] != served.count - 1 {}
    try Client(server).echo("welcome")
    _ = try server.stop()
  }

  @Test func `a second of it costs less than a fiftieth of a processor`() throws {
    let base = EventBase()
    let server = try Server(on: base, files: 16)
    let clients = try (0..<16).map { _ in try Client(server) }
    try server.reach("a shortage") { server.hasSaid("listener: accept") }
    var knocking: [Client] = []
    let before = try server.figures()
    // Somebody knocks all the time, as at a server that is too small for its traffic.
    let knock = base.schedule(after: .zero, repeatingEvery: .milliseconds(20)) {
      if let client = try? Client(server) { knocking.append(client) }
    }
    try base.run(for: .seconds(1))
    knock.cancel()
    let after = try server.figures()
    #expect(try #require(after["cpu"]) - #require(before["cpu"]) < 20_000)
    #expect(server.lines.count { $0.hasPrefix("listener") } <= 3)
    withExtendedLifetime(clients) {}
    _ = try server.stop()
  }
}
