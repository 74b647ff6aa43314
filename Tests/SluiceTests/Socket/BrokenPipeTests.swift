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
}
