import Sluice

/// A filter that passes everything on, as any filter at least does.
struct Forward: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
}
