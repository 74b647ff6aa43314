import ArgumentParser
import Logging
import StackDescription

/// `sluice check`: what `sluice proxy` would do, without doing it.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks descriptions, loads what they name, and prints the stacks that they come to.",
    discussion: """
      Exit status: 0 all is well, 78 a description, a certificate or a file is wrong.
      """)

  @Argument(help: "What would be listened at.") var listen: String
  @Argument(help: "What would be connected to.") var target: String
  @Flag(help: "Let a listener that does not encrypt be reached from other machines.") var allowPlaintext = false

  nonisolated func run() throws {
    try reporting {
      var settings = ProxySettings(
        listener: ChainText(listen), target: ChainText(target), logger: .lines(.text, level: .notice))
      settings.allowsPlaintext = allowPlaintext
      let chains = try Chains(settings)
      let plan = try chains.plan(for: settings)
      print(chains.explanation)
      for line in [plan.notice].compactMap({ $0 }) + chains.warnings { print("note: \(line)") }
    }
  }
}
