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

  @Test func `nothing is taken for a standard stream where these were closed`() async {
    await #expect(processExitsWith: .success) {
      for stream in 0...2 as ClosedRange<Int32> { close(stream) }
      let base = EventBase()
      var signals = 0
      try base.onSignal(SIGUSR1) { signals += 1 }
      _ = base.handle
      var events: [BufferEvent] = []
      let listener = try base.listen(at: .loopback()) { event, _ in
        events.append(event)
        event.onRead = { $0.write(&$0.input) }
      }
      let client = base.connect(to: listener.address)
      var answer = ""
      client.onRead = { answer += $0.readAll() }
      client.write("words")
      try base.run(until: "an answer") { answer == "words" }
      let (left, right) = try base.socketPair()
      events += [client, left, right]
      let (one, other) = try base.pipePair()
      let pool = PipePool()
      guard let pipe = pool.take() else { exit(2) }
      let own = events.compactMap(\.descriptor) + listener.sockets.map(\.descriptor) + [pipe.readEnd, pipe.writeEnd]
      guard own.allSatisfy({ $0 > 2 }) else { exit(3) }
      // What a library has to say goes nowhere, and not into a stream.
      for stream in 0...2 as ClosedRange<Int32> { write(stream, "a complaint", 11) }
      try base.runUntilIdle()
      guard signals == 0, answer == "words", [left, right, one, other].allSatisfy({ $0.inputCount == 0 }) else {
        exit(4)
      }
      base.shutDown()
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `a socket that was a standard stream leaves nothing of its number to others`() async {
    await #expect(processExitsWith: .success) {
      var ends: [Int32] = [-1, -1]
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
      dup2(ends[0], 0)
      let base = EventBase()
      let event = try base.adopt(descriptor: 0)
      event.close()
      try base.run()
      let listener = try RawSocket(boundTo: .loopback(), backlog: 1)
      dup2(listener.descriptor, 1)
      try base.listen(adopting: 1) { _, _ in }.close()
      for stream in 0...1 as ClosedRange<Int32> {
        var status = stat()
        guard fstat(stream, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { exit(3) }
      }
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `without descriptors everything says so, and what was begun is given back`() async {
    await #expect(processExitsWith: .success) {
      openWhatTheRuntimeNeeds()
      let base = EventBase()
      let (left, right) = try base.socketPair()
      try base.runUntilIdle()
      var fillers = useUpDescriptors()
      let attempts: [(EventBase) throws -> Void] = [
        { _ = try $0.socketPair() },
        { _ = try $0.pipePair() },
        { try $0.listen(at: .loopback()) { _, _ in }.close() },
        { try $0.listen(at: [.loopback(), .loopback(), .loopback()]) { _, _ in }.close() },
        { _ in _ = try OpenFile(path: "/etc/passwd") },
        { try $0.onSignal(SIGUSR1) {}.cancel() },
        { _ in
          let loop = try LoopThread()
          loop.stop()
          loop.join()
        },
        { base in
          var told: StreamError?
          let event = base.connect(to: .loopback(port: 9))
          event.onEvent = { if case .error(let error) = $1 { told = error } }
          try base.run(until: "what came of it") { told != nil }
          if let told, event.connectError?.reason != .refused { throw told }
        },
      ]
      for free in 0..<8 {
        let before = openDescriptors()
        var failed = 0
        for attempt in attempts {
          do { try attempt(base) } catch {
            failed += 1
            guard ["Too many open files", "errno 24"].contains(where: { "\(error)".contains($0) }) else { exit(2) }
          }
          try base.runUntilIdle()
          guard openDescriptors() == before else { exit(3) }
        }
        // All fail without any, and none with enough.
        guard free > 0 || failed == attempts.count, free < 7 || failed == 0 else { exit(4) }
        if let filler = fillers.popLast() { close(filler) }
      }
      withExtendedLifetime((left, right)) {}
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
