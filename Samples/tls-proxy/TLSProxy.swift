import ArgumentParser
import SampleSupport
import Sluice
import SluiceTLS

/// What libevent's sample le-proxy does, with certificates checked: takes TLS, makes TLS, or both.
@main
struct TLSProxy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tls-proxy", abstract: "Passes connections on to a target, with TLS on either side.",
    discussion: """
      Take TLS, pass plain text on:  tls-proxy --cert server.pem --key server.key 127.0.0.1:8443 127.0.0.1:8080
      Take plain text, make TLS:     tls-proxy --to-tls 127.0.0.1:8080 example.com:443
      """)

  @Option(help: "A certificate with its chain, in PEM: TLS is taken.") var cert: String?
  @Option(help: "Its private key.") var key: String?
  @Flag(help: "Make TLS to the target, and check its certificate.") var toTLS = false
  @Option(help: "Who signs the target's certificate, in PEM; whom the system trusts, where it is left out.") var ca:
    String?
  @Argument(help: "Where to listen.") var listen: String
  @Argument(help: "Where to connect to: a name or an address with a port.") var target: String

  // The loop runs on this thread, and nothing waits for the main actor.
  nonisolated func run() throws {
    guard let address = SocketAddress(listen) else { throw ValidationError("\(listen) is no address") }
    let endpoint = try Endpoint(target)
    let (server, client) = (try serverContext(), try clientContext())
    let base = EventBase()
    let listener = try base.listen(at: address) { connection, peer in
      do {
        // From the wire upwards: the relay joins the tops of the two stacks, whatever they are made of.
        let front = try server.map { try connection.secured(.server($0)) } ?? connection
        let wire = base.connect(to: endpoint)
        let back = try client.map { try wire.secured(.client($0, host: endpoint.host)) } ?? wire
        front.relay(to: back) { relay in
          let spoken = [front.tlsInfo, back.tlsInfo].compactMap { $0 }.map { "\($0)" }.joined(separator: "; ")
          say("\(peer?.description ?? "somebody"): \(relay.outcome.map { "\($0)" } ?? ""); \(spoken)")
        }
      } catch {
        say("\(peer?.description ?? "somebody"): \(error)")
        connection.abort()
      }
    }
    say("tls-proxy listens at \(listener.address), target \(endpoint)")
    try base.run()
  }

  /// A context is made once, and serves all connections.
  private nonisolated func serverContext() throws -> TLSContext? {
    guard let cert else { return nil }
    let identity = TLSIdentity(certificates: .file(cert), key: .file(key ?? cert))
    return try TLSContext(server: TLSServerConfiguration(identity: identity))
  }

  private nonisolated func clientContext() throws -> TLSContext? {
    guard toTLS else { return nil }
    return try TLSContext(client: TLSClientConfiguration(trust: ca.map { .file($0) } ?? .system))
  }
}
