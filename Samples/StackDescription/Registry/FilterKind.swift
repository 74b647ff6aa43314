/// A filter that descriptions can name: what it is called, what it can be told, and how it is made.
package struct FilterKind {
  package let name: String
  /// What it does, in a line.
  package let summary: String
  package let parameters: [ParameterInfo]
  /// Where it can stand. A name may be that of several kinds, which stand at different places.
  package let sites: Set<Site>
  let bind: (FilterCall, String, Binding) throws(DescriptionError) -> BoundFilter

  /// A kind of filter. `make` gets the values of the parameters, in their order; the first may be given without its name.
  /// What it throws is reported at the filter's place in the description.
  package init<each Value>(
    _ name: String, _ summary: String, _ parameter: repeat Parameter<each Value>,
    make: @escaping (repeat each Value) throws -> Layer
  ) {
    self.init(name, at: Set(Site.allCases), summary, repeat each parameter) {
      (_: Binding, values: repeat each Value) in try make(repeat each values)
    }
  }

  /// A kind of filter that stands at certain places only. `make` gets what the description is read for, and then the values
  /// of the parameters, in their order.
  package init<each Value>(
    _ name: String, at sites: Set<Site>, _ summary: String, _ parameter: repeat Parameter<each Value>,
    make: @escaping (Binding, repeat each Value) throws -> Layer
  ) {
    var infos: [ParameterInfo] = []
    repeat infos.append((each parameter).info)
    self.name = name
    self.summary = summary
    self.sites = sites
    parameters = infos
    bind = { [infos] call, text, binding throws(DescriptionError) in
      let bindings = try Bindings(call, infos, in: text)
      let values = (repeat try bindings.value(of: each parameter))
      var arguments: [BoundFilter.Argument] = []
      repeat arguments.append(contentsOf: bindings.effective(each parameter, each values))
      do {
        let layer = try make(binding, repeat each values)
        return BoundFilter(name: name, summary: summary, arguments: arguments, layer: layer)
      } catch {
        throw bindings.error("\(name): \(error)")
      }
    }
  }

  /// How it is written, with the defaults: `gzip(level=6)`. What may be left out, and has no default, is left out.
  var usage: String {
    let shown = parameters.filter { !$0.isOptional }
    if parameters.isEmpty { return name }
    if shown.isEmpty { return name + "(...)" }
    return name + "(" + shown.map { "\($0.name)=\($0.fallback ?? $0.form)" }.joined(separator: ", ") + ")"
  }
}

/// A filter of a description with all its arguments, ready to be put on any number of events.
package struct BoundFilter: CustomStringConvertible {
  package struct Argument: Equatable {
    package let name: String
    package let value: String
    /// Whether the description gave it; otherwise it is the default.
    package let isGiven: Bool
    package let summary: String
  }

  package let name: String
  package let summary: String
  package let arguments: [Argument]
  /// How it is put on events, and what it says of itself.
  package let layer: Layer

  /// As it was meant, with what was given: `gzip(level=9)`.
  package var description: String { call(arguments.filter(\.isGiven)) }

  /// With all that is in effect: `gzip(level=9, window=15)`.
  package var effective: String { call(arguments) }

  private func call(_ arguments: [Argument]) -> String {
    arguments.isEmpty ? name : name + "(" + arguments.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") + ")"
  }
}
