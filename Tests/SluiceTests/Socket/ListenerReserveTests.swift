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
      openWhatTheRuntimeNeeds()
      let base = EventBase()
      var kept: [BufferEvent] = []
      let listener = try base.listen(at: freshAbstractAddress()) { event, _ in kept.append(event) }
      let clients = try (0..<3).map { _ in try RawSocket(to: listener.address) }
      guard listener.shortage.giveUpReserve() else { exit(2) }
      let fillers = useUpDescriptors()

      try base.run(until: "a shortage") { listener.counts.errors > 0 }
      guard listener.counts.shed == 0, kept.isEmpty else { exit(3) }
      // One for a connection, one for the reserve, with which the others are shed.
      for descriptor in fillers.suffix(2) { close(descriptor) }
      try base.run(until: "the rest") { listener.counts.accepted + listener.counts.shed == clients.count }
      // The library opens a file now and then, for a moment, and that one may be shed as well.
      guard listener.counts.shed >= 2, clients.count(where: { $0.received() == "" }) == listener.counts.shed else {
        exit(4)
      }
    }
  }

  enum Place: CaseIterable, Codable { case accepting, reporting }

  @Test(arguments: Place.allCases)
  func `a listener that closes itself in a callback takes no reserve any more`(place: Place) async {
    await #expect(processExitsWith: .success) { [place] in
      openWhatTheRuntimeNeeds()
      let base = EventBase()
      let before = openDescriptors()
      let listener = try base.listen(at: freshAbstractAddress()) { event, _ in event.close() }
      let clients = try (0..<2).map { _ in try RawSocket(to: listener.address) }
      switch place {
      case .accepting:
        listener.onAccept = { [unowned listener] event, _ in
          event.close()
          listener.close()
        }
      case .reporting:
        listener.onAccept = { [unowned listener] event, _ in
          event.close()
          listener.ranShort(EMFILE, at: listener.address)
        }
        listener.onError = { listener, _ in listener.close() }
      }
      try base.run()
      for client in clients { client.close() }
      base.shutDown()
      // The poller's is kept.
      guard openDescriptors() == before + 1 else { exit(3) }
    }
  }
}
