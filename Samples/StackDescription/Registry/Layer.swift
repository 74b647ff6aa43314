package import Sluice

/// How a filter of a description is put on an event: makes a new filter for each.
package struct Layer {
  private let put: (BufferEvent, Meter?) throws -> BufferEvent

  /// A layer of filters that `make` makes.
  package init<F: Filter & ~Copyable>(_ make: @escaping () throws -> F) {
    put = { event, meter in
      guard let meter else { return try event.filtered(by: try make()) }
      return try event.filtered(by: Metered(try make(), meter))
    }
  }

  func applied(to event: BufferEvent, meter: Meter?) throws -> BufferEvent { try put(event, meter) }
}

/// A stack as a description names it. It can be put on any number of events.
package struct DescribedStack: CustomStringConvertible {
  /// From the wire upwards.
  package let filters: [BoundFilter]

  /// The filters with what was given for them: this text describes the same stack.
  package var description: String { filters.map(\.description).joined(separator: " | ") }

  /// Puts new filters on `event`.
  ///
  /// - Throws: what making or putting on a filter throws.
  package func applied(to event: BufferEvent) throws -> BufferEvent {
    try filters.reduce(event) { below, filter in try filter.layer.applied(to: below, meter: nil) }
  }

  /// Puts new filters on `event`, each with a meter around it; the meters are returned from the wire upwards.
  ///
  /// - Throws: what making or putting on a filter throws.
  package func metered(on event: BufferEvent) throws -> (event: BufferEvent, meters: [Meter]) {
    let meters = filters.map { _ in Meter() }
    let top = try zip(filters, meters).reduce(event) { below, next in
      try next.0.layer.applied(to: below, meter: next.1)
    }
    return (top, meters)
  }

  /// The stack with every parameter that is in effect, a line each, from the wire to the application.
  package var explanation: String {
    var lines = ["wire"]
    for filter in filters {
      lines.append("  \(filter.name)  \(filter.summary)")
      let width = filter.arguments.map { $0.name.count + $0.value.count + 1 }.max() ?? 0
      for argument in filter.arguments {
        let setting = "\(argument.name)=\(argument.value)"
        let padding = String(repeating: " ", count: width - setting.count)
        lines.append("    \(setting)\(padding)  \(argument.summary)\(argument.isGiven ? "" : " (default)")")
      }
    }
    return (lines + ["application"]).joined(separator: "\n")
  }
}
