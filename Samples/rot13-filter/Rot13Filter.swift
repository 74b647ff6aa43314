import ArgumentParser
import Sluice

/// Standard input through the filter to standard output.
@main
struct Rot13Filter: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rot13-filter", abstract: "Rotates the letters of what comes in.",
    discussion: "Try it: echo hello | rot13-filter | tee /dev/stderr | rot13-filter")

  // The loop runs on this thread, and nothing waits for the main actor.
  nonisolated func run() throws {
    let base = EventBase()
    // What is read is decoded, so the letters are turned on their way in; on their way out they are left alone.
    let input = try base.adopt(descriptor: 0).filtered(by: Rot13())
    let output = try base.adopt(descriptor: 1)
    // Where the reader of the output is slow, reading waits for it.
    let relay = input.relay(to: output)
    try base.run()
    // Standard output is the stream's: the error goes where errors go.
    if case .failed(_, let error) = relay.outcome { throw error }
  }
}
