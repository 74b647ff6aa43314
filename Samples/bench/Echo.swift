import Glibc
import Sluice
import SluiceTLS

extension Bench {
  /// Listens on 127.0.0.1, prints the port, echoes until SIGTERM, then prints its own processor seconds since then, and memory.
  nonisolated func echo() throws {
    let base = EventBase()
    let contexts = try contexts()
    let listener = try base.listen(at: .loopback()) { wire, _ in
      guard let event = contexts.map({ try? wire.secured(.server($0.server)) }) ?? wire else { return wire.abort() }
      event.onRead = { $0.write(&$0.input) }
      event.onEvent = { event, what in
        if case .connected = what { return }
        event.close()
      }
    }
    try base.onSignal(SIGTERM) { base.stop() }
    print(listener.address.port ?? 0)
    fflush(nil)
    let time = Stopwatch()
    try base.run()
    report([("cpu_s", time.processorSeconds), ("rss_bytes", Double(residentBytes()))])
  }
}
