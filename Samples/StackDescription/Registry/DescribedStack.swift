package import Sluice

/// A stack as a description names it. It can be put on any number of events.
package struct DescribedStack: CustomStringConvertible {
  /// From the wire upwards.
  package let filters: [BoundFilter]
  /// Where it stands.
  package let site: Site

  /// The filters with what was given for them: this text describes the same stack.
  package var description: String { filters.map(\.description).joined(separator: " | ") }

  /// Whether nobody on the wire can read what passes.
  package var isSecuring: Bool { filters.contains { $0.layer.isSecuring } }

  /// Whether the stack says when it is connected; otherwise it is as soon as the connection is there.
  package var hasHandshake: Bool { filters.contains { $0.layer.hasHandshake } }

  /// The name of a filter that cannot be spread over several loops; nil, where all can.
  package var nameOfOneLoop: String? { filters.first { $0.layer.needsOneLoop }?.name }

  /// A file that two filters of some stacks would write, each over what the other wrote; nil, where there is none.
  package static func fileWrittenTwice(in stacks: [DescribedStack]) -> String? {
    var files: Set<String> = []
    return stacks.flatMap(\.filters).compactMap(\.layer.writes).first { !files.insert($0).inserted }
  }

  /// Whether a filter is to tell where the client connected to.
  package var tellsDestination: Bool { filters.contains { $0.layer.tellsDestination } }

  /// What is dangerous about it.
  package var warnings: [String] { filters.flatMap(\.layer.warnings) }

  /// Puts new filters on `event`.
  ///
  /// - Throws: what making or putting on a filter throws.
  package func applied(to event: BufferEvent, _ facts: ConnectionFacts = .init()) throws -> BufferEvent {
    try filters.reduce(event) { below, filter in
      try filter.layer.applied(to: Place(event: below, site: site, facts: facts), meter: nil)
    }
  }

  /// Puts new filters on `event`, each with a meter around it; the meters are returned from the wire upwards.
  ///
  /// - Throws: what making or putting on a filter throws.
  package func metered(
    on event: BufferEvent, _ facts: ConnectionFacts = .init(), timed: Bool = true
  ) throws -> (event: BufferEvent, meters: [Meter]) {
    let meters = filters.map { _ in Meter(isTimed: timed) }
    let top = try zip(filters, meters).reduce(event) { below, next in
      try next.0.layer.applied(to: Place(event: below, site: site, facts: facts), meter: next.1)
    }
    return (top, meters)
  }

  /// The stack with every parameter that is in effect, a line each, from the wire to the application.
  package var explanation: String { (["wire"] + effectiveLines + ["application"]).joined(separator: "\n") }

  /// A line for each filter, one for each of its parameters, and its notes.
  var effectiveLines: [String] {
    filters.flatMap { filter in
      let width = filter.arguments.map { $0.name.count + $0.value.count + 1 }.max() ?? 0
      let arguments = filter.arguments.map { argument in
        let setting = "\(argument.name)=\(argument.value)"
        let padding = String(repeating: " ", count: width - setting.count)
        return "    \(setting)\(padding)  \(argument.summary)\(argument.isGiven ? "" : " (default)")"
      }
      return ["  \(filter.name)  \(filter.summary)"] + arguments + filter.layer.notes.map { "    \($0)" }
    }
  }
}

/// An address with a stack over it, as a description names them.
package struct DescribedChain: CustomStringConvertible {
  package let address: Address
  package let stack: DescribedStack

  /// The address and the filters with what was given for them: this text describes the same chain.
  package var description: String {
    ([address.description] + stack.filters.map(\.description)).joined(separator: " | ")
  }

  /// The chain with every parameter that is in effect, a line each, from the wire to the application.
  package var explanation: String { ([address.explanation] + stack.effectiveLines).joined(separator: "\n") }
}
