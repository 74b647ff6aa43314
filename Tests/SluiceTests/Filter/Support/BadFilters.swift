@testable import Sluice

/// Passes so many bytes of one direction, and throws.
struct Thrower: Filter {
  var name = "Thrower"
  var direction: Directions
  var left: Int

  private mutating func pass(
    _ source: inout EventBuffer, _ target: inout EventBuffer, _ context: inout FilterContext, throwing: Bool
  ) throws -> FilterProgress {
    guard throwing else { return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore }
    guard !source.isEmpty else { return .needsMore }
    left -= target.append(upTo: min(left, context.limit), from: &source)
    if left == 0, !source.isEmpty { throw Fault("bad byte") }
    return .moved
  }
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try pass(&source, &target, &context, throwing: direction == .write)
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try pass(&source, &target, &context, throwing: direction == .read)
  }
}

/// Says that it moved, and did not.
struct Liar: Filter {
  var direction: Directions
  var pass = Pass()

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    direction == .write ? .moved : try pass.encode(&source, into: &target, &context)
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    direction == .read ? .moved : try pass.decode(&source, into: &target, &context)
  }
}

/// Takes everything and gives nothing.
struct Swallower: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    source.drain() > 0 ? .moved : .needsMore
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    source.drain() > 0 ? .moved : .needsMore
  }
}
