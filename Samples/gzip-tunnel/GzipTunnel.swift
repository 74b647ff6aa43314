import ArgumentParser
import SampleSupport
import Sluice
import SluiceCompression

/// Two ends of a tunnel: the near one compresses what it passes on, the far one makes it again what it was.
@main
struct GzipTunnel: ParsableCommand {
  enum Part: String, ExpressibleByArgument, CaseIterable { case near, far }

  static let configuration = CommandConfiguration(
    commandName: "gzip-tunnel", abstract: "An end of a tunnel in which bytes travel compressed.",
    discussion: """
      On the far machine:   gzip-tunnel far 0.0.0.0:9001 127.0.0.1:5432
      On the near machine:  gzip-tunnel near 127.0.0.1:5432 far.example:9001
      Nothing is encrypted; put the tunnel into one that is, or see the sluice tool for both in one.
      """)

  @Argument(help: "near compresses towards the target; far expands what it takes.") var part: Part
  @Argument(help: "Where to listen.") var listen: String
  @Argument(help: "Where to connect to.") var target: String
  @Option(help: "0 stores, 1 is fastest, 9 is smallest.") var level = 6

  // The loop runs on this thread, and nothing waits for the main actor.
  nonisolated func run() throws {
    guard let address = SocketAddress(listen) else { throw ValidationError("\(listen) is no address") }
    let endpoint = try Endpoint(target)
    let base = EventBase()
    // One description serves any number of connections; what it expands is bounded, whoever sends it.
    let tunnel = Stack().compressed(.gzip(level: level))
    let listener = try base.listen(at: address) { client, peer in
      do {
        let wire = base.connect(to: endpoint)
        let front = part == .far ? try tunnel.applied(to: client) : client
        let back = part == .near ? try tunnel.applied(to: wire) : wire
        front.relay(to: back) { relay in
          say(
            "\(peer?.description ?? "somebody"): \(relay.bytesToRight + relay.bytesToLeft) B, \(relay.outcome.map { "\($0)" } ?? "")"
          )
        }
      } catch {
        say("\(peer?.description ?? "somebody"): \(error)")
        client.abort()
      }
    }
    say("gzip-tunnel (\(part.rawValue)) listens at \(listener.address), target \(endpoint)")
    try base.run()
  }
}
