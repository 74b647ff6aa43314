import Glibc
import Sluice

extension Bench {
  /// Listens on 127.0.0.1, prints the port, joins each connection with one to `target`, until SIGTERM; then prints its own
  /// processor seconds since then, and the bytes that passed. `floor/relay.c` does the same without a framework.
  nonisolated func relay() throws {
    guard let target else { throw BenchError(message: "relay needs --target, the port to connect to") }
    let base = EventBase()
    var options = RelayOptions()
    options.allowsSplice = splice
    var bytes = 0
    var relays: [ObjectIdentifier: Relay] = [:]
    let listener = try base.listen(at: .loopback()) { event, _ in
      let relay = event.relay(to: base.connect(to: .loopback(port: target)), options: options) { relay in
        bytes += relay.bytesToRight + relay.bytesToLeft
        relays[ObjectIdentifier(relay)] = nil
      }
      relays[ObjectIdentifier(relay)] = relay
    }
    try base.onSignal(SIGTERM) { base.stop() }
    print(listener.address.port ?? 0)
    fflush(nil)
    let time = Stopwatch()
    try base.run()
    for relay in relays.values { bytes += relay.bytesToRight + relay.bytesToLeft }
    report([("cpu_s", time.processorSeconds), ("bytes", Double(bytes))])
  }
}
