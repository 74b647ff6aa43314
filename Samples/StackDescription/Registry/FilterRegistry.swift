/// The filters that descriptions can name. Whatever is in here shows up in help, in errors and in `--explain`.
package struct FilterRegistry {
  package let kinds: [FilterKind]

  package init(_ kinds: [FilterKind]) { self.kinds = kinds }

  /// The stack that `text` describes, from the wire upwards.
  ///
  /// - Parameters:
  ///   - text: the filters, joined by `|`.
  ///   - site: where the stack is to stand.
  ///   - memory: what was read for the same place before has in common with this.
  /// - Returns: the stack, ready to be put on events.
  /// - Throws: what is wrong, and where; the first thing only.
  package func stack(
    _ text: String, at site: Site = .sender, sharing memory: StackMemory = StackMemory()
  ) throws(DescriptionError) -> DescribedStack {
    try bind(try Parser.filters(in: text), of: text, at: site, nil, memory)
  }

  /// The address, and the stack over it, that `text` describes, from the wire upwards.
  ///
  /// - Throws: as `stack`.
  package func chain(
    _ text: String, at site: Site, sharing memory: StackMemory = StackMemory()
  ) throws(DescriptionError) -> DescribedChain {
    let (literal, calls) = try Parser.chain(in: text)
    let address: Address
    do throws(ValueProblem) {
      address = try Address(literal.text)
    } catch {
      throw DescriptionError(error.message, at: literal.range, in: text, hint: addressHint(literal.text) ?? error.hint)
    }
    return DescribedChain(address: address, stack: try bind(calls, of: text, at: site, address, memory))
  }

  private func bind(
    _ calls: [FilterCall], of text: String, at site: Site, _ address: Address?, _ memory: StackMemory
  ) throws(DescriptionError) -> DescribedStack {
    var filters: [BoundFilter] = []
    for (index, call) in calls.enumerated() {
      let kind = try kind(of: call, at: site, in: text)
      filters.append(try kind.bind(call, text, Binding(site: site, address: address, index: index, memory: memory)))
    }
    return DescribedStack(filters: filters, site: site)
  }

  private func kind(of call: FilterCall, at site: Site, in text: String) throws(DescriptionError) -> FilterKind {
    let named = kinds.filter { $0.name == call.name }
    if let kind = named.first(where: { $0.sites.contains(site) }) { return kind }
    let names = names(at: site)
    let problem =
      named.isEmpty
      ? "there is no filter \(call.name)" + Suggestion.question(for: call.name, in: names)
      : "\(call.name) cannot stand at a \(site.rawValue)"
    throw DescriptionError(
      problem, at: call.nameRange, in: text, hint: "filters: " + names.joined(separator: ", "))
  }

  private func names(at site: Site) -> [String] { kinds.filter { $0.sites.contains(site) }.map(\.name) }

  /// What to do about a word that is no address: it may be a filter, whose address was forgotten.
  private func addressHint(_ word: String) -> String? {
    guard kinds.contains(where: { $0.name == word }) else { return nil }
    return "\(word) is a filter; the address comes first: localhost:8080 | \(word)"
  }

  /// The filters of some places with their parameters, for a help page.
  package func help(for sites: Set<Site>) -> String {
    kinds.filter { !$0.sites.isDisjoint(with: sites) }.map { kind in
      let rows = kind.parameters.map { "      \($0.name)=\($0.form)  \($0.summary)" }
      let isEverywhere = sites.isSubset(of: kind.sites)
      let places = isEverywhere ? [] : sites.intersection(kind.sites).map(\.rawValue).sorted()
      let place = places.isEmpty ? "" : " at a \(places.joined(separator: " or a ")):"
      return (["  \(kind.usage)", "     \(place) \(kind.summary)"] + rows).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
