import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A listener whose reserve is gone too, in a process of its own that has no descriptors left.
@Suite struct ListenerReserveTests {
  @Test func `without its reserve a listener waits, and takes it anew when there is one`() async {
    await #expect(processExitsWith: .success) {
      let base = EventBase()
      var kept: [BufferEvent] = []
      let listener = try base.listen(at: freshAbstractAddress()) { event, _ in kept.append(event) }
      let clients = try (0..<3).map { _ in try RawSocket(to: listener.address) }
      var limit = rlimit(rlim_cur: 64, rlim_max: 64)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      guard listener.shortage.giveUpReserve() else { exit(2) }
      var fillers: [Int32] = []
      while case let descriptor = dup(0), descriptor >= 0 { fillers.append(descriptor) }

      try base.run(until: "a shortage") { listener.counts.errors > 0 }
      guard listener.counts.shed == 0, kept.isEmpty else { exit(3) }
      // One for a connection, one for the reserve, with which the others are shed.
      for descriptor in fillers.suffix(2) { close(descriptor) }
      try base.run(until: "the rest") { listener.counts.accepted + listener.counts.shed == clients.count }
      guard listener.counts.accepted == 1, clients.count(where: { $0.received() == "" }) == 2 else { exit(4) }
    }
  }
}
