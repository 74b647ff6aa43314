import SluiceTesting
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// Each in a process of its own, so that its descriptors can be counted, and closed.
struct DescriptorLeakTests {
  @Test func `whatever becomes of connections, no socket is left`() async {
    await #expect(processExitsWith: .success) {
      let before = openSockets()
      try useConnections()
      exit(openSockets() == before ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  @Test func `sockets work as ever where they are descriptors 0 and 2`() async {
    await #expect(processExitsWith: .success) {
      close(0)
      close(2)
      try useConnections()
      exit(EXIT_SUCCESS)
    }
  }
}

private func useConnections() throws {
  let hole = try BlackHole()
  guard let port = hole.address.port, let live = SocketAddress("127.0.0.2:\(port)") else { exit(EXIT_FAILURE) }
  let base = EventBase()
  var accepted = 0
  let listener = try base.listen(at: live) { event, _ in
    accepted += 1
    event.onEvent = { event, _ in event.close() }
  }
  var options = ConnectOptions()
  options.attemptDelay = .milliseconds(10)
  options.deadline = .milliseconds(200)
  options.resolver = StubResolver([
    "winner.test": [try .found("127.0.0.1", "127.0.0.3", "127.0.0.2")],
    "loser.test": [try .found("127.0.0.1", "127.0.0.3")],
  ])
  var told: [String] = []
  for name in ["winner.test", "loser.test", "winner.test"] {
    let event = base.connect(to: try Endpoint("\(name):\(port)"), options: options)
    event.onEvent = { event, what in
      told.append(String(what.words.prefix(9)))
      event.close()
    }
  }
  // Cancelled at different times, and one that nobody holds or hears.
  base.connect(to: hole.address, options: options).close()
  base.connect(to: hole.address, options: options).abort()
  let late = base.connect(to: hole.address, options: options)
  base.schedule(after: .milliseconds(50)) { late.free() }
  base.schedule(after: .milliseconds(400)) { listener.close() }
  try base.run()
  guard told.sorted() == ["connected", "connected", "error tra"], accepted == 2 else { exit(EXIT_FAILURE) }
  base.shutDown()
}
