import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writing to an end whose other end is gone (S14): told by an event, never by a signal of the process.
@Suite struct BrokenPipeTests {
  enum Broken: String, CaseIterable, Codable { case pipe, socket, tcp }

  /// Writes until that is refused, and gives what the event told.
  private static func writeUntilBroken(_ broken: Broken, _ base: EventBase) throws -> [String] {
    let event: BufferEvent
    switch broken {
    case .pipe:
      var ends: [Int32] = [-1, -1]
      pipe(&ends)
      close(ends[0])
      event = try base.adopt(descriptor: ends[1])
    case .socket:
      var ends: [Int32] = [-1, -1]
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
      close(ends[0])
      event = try base.adopt(descriptor: ends[1])
    case .tcp:
      let listener = try RawSocket(boundTo: .loopback(), backlog: 1)
      event = base.connect(to: try #require(listener.address))
      close(accept(listener.descriptor, nil, nil))
    }
    event.disable(.read)
    let log = EventLog()
    log.follow(event)
    event.onWrite = nil
    try event.writeUntilRefused()
    #expect(event.write("x") == .refused(.failed))
    #expect(event.failure?.direction == .write)
    let code = event.failure?.code
    event.close()
    return log.take().map { $0.hasPrefix("error") ? "error \(code ?? 0)" : $0 }
  }

  @Test(arguments: Broken.allCases)
  func `it is one error with its direction and cause, and the process lives`(broken: Broken) async {
    await #expect(processExitsWith: .success) { [broken] in
      signal(SIGPIPE, SIG_DFL)
      let told = try Self.writeUntilBroken(broken, EventBase())
      guard told.filter({ $0 != "connected" }) == ["error \(EPIPE)"] else { exit(3) }
      // The signal was neither left pending, nor held off for what comes later.
      var mask = sigset_t()
      sigpending(&mask)
      guard sigismember(&mask, SIGPIPE) == 0 else { exit(4) }
      pthread_sigmask(SIG_BLOCK, nil, &mask)
      guard sigismember(&mask, SIGPIPE) == 0 else { exit(5) }
    }
  }

  @Test func `a process that wants the signal still gets it from its own writes`() async {
    await #expect(processExitsWith: .signal(SIGPIPE)) {
      signal(SIGPIPE, SIG_DFL)
      _ = try Self.writeUntilBroken(.pipe, EventBase())
      var ends: [Int32] = [-1, -1]
      pipe(&ends)
      close(ends[0])
      write(ends[1], "x", 1)
    }
  }

  @Test(arguments: PollerKind.all)
  func `it is told when what came before it is read, though the other way goes on`(poller: PollerKind) throws {
    try onEndingBase(poller) { base in
      let (there, back) = (try rawPipe(), try rawPipe())
      let event = try base.adopt(reading: there.reading, writing: back.writing)
      event.readMarks = Watermarks(high: 10)
      let log = EventLog()
      event.onEvent = { log.add($1.words) }
      // As a program does that closes its input, and goes on for ever.
      close(back.reading)
      #expect(write(there.writing, "more than ten bytes", 19) == 19)
      try base.runUntilIdle()
      event.write("nobody reads this")
      try base.runUntilIdle()
      #expect(log.take() == [])
      #expect(event.readAll() == "more than ")
      try base.runUntilIdle()
      #expect(event.readAll() == "ten bytes")
      try base.runUntilIdle()
      #expect(event.failure?.code == EPIPE)
      #expect(log.take().count == 1)
      event.close()
      close(there.writing)
    }
  }

  @Test(arguments: PollerKind.all, ["pipe", "device"])
  func `it is told though the other way never runs dry`(poller: PollerKind, kind: String) throws {
    try onEndingBase(poller) { base in
      let (there, back) = (try rawPipe(), try rawPipe())
      close(back.reading)
      // More than is read in a turn.
      let flood = [UInt8](repeating: 1, count: 1 << 20)
      let setPipeSize: Int32 = 1031
      #expect(fcntl(there.writing, setPipeSize, Int32(flood.count)) == flood.count)
      _ = fcntl(there.writing, F_SETFL, O_NONBLOCK)
      let source = kind == "pipe" ? dup(there.reading) : open("/dev/zero", O_RDONLY)
      let event = try base.adopt(reading: source, writing: back.writing)
      var rounds = 0
      event.onRead = { event in
        rounds += 1
        write(there.writing, flood, flood.count)
        event.write(&event.input)
      }
      write(there.writing, flood, flood.count)
      while event.failure == nil, rounds < 1_000 { try base.runOnce() }
      #expect(event.failure?.code == EPIPE)
      #expect(rounds < 20)
      event.close()
      for end in [there.reading, there.writing] { close(end) }
    }
  }

  @Test(arguments: PollerKind.all, [false, true])
  func `what came before it is read when a limit lets reading go on, unless the event is closed meanwhile`(
    poller: PollerKind, closes: Bool
  ) throws {
    try onSockets(poller) { base in
      for makePair in [{ try base.socketPair() }, { try base.tcpPair() }] {
        let (left, right) = try makePair()
        let log = EventLog()
        right.onEvent = { log.add($1.isEndOfInput ? "end" : "error") }
        right.suspend(.read, for: .rate)
        left.write("last words")
        left.close()
        for _ in 0..<100 {
          right.write("x")
          try base.runUntilIdle()
        }
        #expect(log.take() == [])
        if closes {
          right.close()
          try base.run(until: "a descriptor given back") { base.lingering.isEmpty }
          continue
        }
        right.resume(.read, from: .rate)
        try base.run(until: "the error") { right.failure != nil }
        try base.runUntilIdle()
        #expect(right.readAll() == "last words")
        #expect(log.take() == ["end", "error"])
        right.close()
      }
    }
  }
}
