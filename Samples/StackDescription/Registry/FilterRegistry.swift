/// The filters that descriptions can name. Whatever is in here shows up in help, in errors and in `--explain`.
package struct FilterRegistry {
  package let kinds: [FilterKind]

  package init(_ kinds: [FilterKind]) { self.kinds = kinds }

  /// The stack that `text` describes, from the wire upwards.
  ///
  /// - Throws: what is wrong, and where; the first thing only.
  package func stack(_ text: String) throws(DescriptionError) -> DescribedStack {
    var filters: [BoundFilter] = []
    for call in try Parser.filters(in: text) {
      guard let kind = kinds.first(where: { $0.name == call.name }) else { throw unknown(call, in: text) }
      filters.append(try kind.bind(call, text))
    }
    return DescribedStack(filters: filters)
  }

  private func unknown(_ call: FilterCall, in text: String) -> DescriptionError {
    let names = kinds.map(\.name)
    return DescriptionError(
      "there is no filter \(call.name)" + Suggestion.question(for: call.name, in: names), at: call.nameRange, in: text,
      hint: "filters: " + names.joined(separator: ", "))
  }

  /// All filters with their parameters, for a help page.
  package var help: String {
    kinds.map { kind in
      let rows = kind.parameters.map { "      \($0.name)=\($0.form)  \($0.summary)" }
      return (["  \(kind.usage)", "      \(kind.summary)"] + rows).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
