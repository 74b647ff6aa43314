import ArgumentParser
import SampleSupport
import Sluice

/// Sends back what it gets, to as many as come.
@main
struct Echo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo", abstract: "Sends back what it gets.", discussion: "Try it: nc 127.0.0.1 7007")

  @Argument(help: "Where to listen: 127.0.0.1:7007, [::1]:7007, unix:/tmp/echo.sock. Port 0 lets the system choose.")
  var address = "127.0.0.1:7007"

  // The loop runs on this thread, and nothing waits for the main actor.
  nonisolated func run() throws {
    guard let address = SocketAddress(address) else { throw ValidationError("\(address) is no address") }
    let base = EventBase()
    let listener = try base.listen(at: address) { client, peer in
      // Whole segments move from the input to the output: no byte is copied.
      client.onRead = { client in client.write(&client.input) }
      client.onEvent = { client, event in
        // The end comes behind the last byte, so what is written by now is all there is to send back.
        client.close()
        if case .error(let error) = event { say("\(peer?.description ?? "somebody"): \(error)") }
      }
    }
    say("echo listens at \(listener.address)")
    try base.run()
  }
}
