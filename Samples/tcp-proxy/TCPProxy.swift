import ArgumentParser
import SampleSupport
import Sluice

/// Joins each connection that it takes with one that it makes.
@main
struct TCPProxy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tcp-proxy", abstract: "Passes connections on to a target.",
    discussion: "Try it: tcp-proxy 127.0.0.1:8080 example.com:80")

  @Argument(help: "Where to listen.") var listen: String
  @Argument(help: "Where to connect to: a name or an address with a port, or unix:/path.") var target: String

  // The loop runs on this thread, and nothing waits for the main actor.
  nonisolated func run() throws {
    guard let address = SocketAddress(listen) else { throw ValidationError("\(listen) is no address") }
    let endpoint = try Endpoint(target)
    var options = RelayOptions()
    options.idleTimeout = .seconds(3_600)
    let base = EventBase()
    let listener = try base.listen(at: address) { client, peer in
      // The connection to the target may not stand yet: what the client sends waits for it. The relay keeps both alive, holds
      // a fast end back for a slow one, and passes each half's end on behind its bytes.
      client.relay(to: base.connect(to: endpoint), options: options) { relay in
        let end = relay.outcome.map { "\($0)" } ?? ""
        say("\(peer?.description ?? "somebody"): \(relay.bytesToRight) B in, \(relay.bytesToLeft) B out, \(end)")
      }
    }
    say("tcp-proxy listens at \(listener.address), target \(endpoint)")
    try base.run()
  }
}
