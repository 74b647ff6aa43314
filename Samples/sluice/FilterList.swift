import ArgumentParser
import StackDescription

/// `sluice filters`: every filter with every parameter.
struct FilterList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filters", abstract: "Lists the filters with their parameters.",
    discussion: """
      A description names filters from the wire upwards, joined by |, with arguments in parentheses. The first argument may \
      go without its name, and values may stand in quotes. Sizes: 4096, 64KiB, 10MB. Rates: 64KiB/s, 80Mbit/s. Times: 250ms, \
      30s, 5m.
      """)

  nonisolated func run() { print(filters().help(for: Set(Site.allCases))) }
}
