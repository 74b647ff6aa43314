@testable import Sluice

/// Moves what it is given, up to the limit: the least filter there is.
struct Pass: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
}

/// Changes each byte, so that a layer that was left out is seen.
struct Xor: Filter {
  let key: UInt8

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let bytes = source.read(upTo: context.limit)
    target.append(bytes.map { $0 ^ key })
    return bytes.isEmpty ? .needsMore : .moved
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try encode(&source, into: &target, &context)
  }
}

/// Takes one byte a call.
struct Stutter: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    target.append(upTo: min(1, context.limit), from: &source) > 0 ? .moved : .needsMore
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try encode(&source, into: &target, &context)
  }
}

/// A marker behind each byte (regress: bufferevent_filters).
struct Doubler: Filter {
  static let marker = UInt8(ascii: "*")

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let bytes = source.read(upTo: max(context.limit / 2, 1))
    for byte in bytes { target.append([byte, Self.marker]) }
    return bytes.isEmpty ? .needsMore : .moved
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard source.count >= 2 else { return .needsMore }
    for _ in 0..<min(source.count / 2, context.limit) {
      let unit = source.read(upTo: 2)
      guard unit[1] == Self.marker else { throw Fault("no marker") }
      target.append([unit[0]])
    }
    return .moved
  }
}

/// Each byte of the wire is a thousand of the application's.
struct Expander: Filter {
  var byte: UInt8 = 0
  var left = 0

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    if left == 0, let next = source.read(upTo: 1).first { (byte, left) = (next, 1000) }
    let count = min(left, context.limit)
    target.append([UInt8](repeating: byte, count: count))
    left -= count
    // What it still owes comes before the end.
    return count > 0 ? .moved : .needsMore
  }
}

/// A header of twenty bytes before everything (regress: bufferevent_filter_data_stuck).
struct Header: Filter {
  var isWritten = false
  var missing = 20

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard isWritten || !source.isEmpty || context.mode == .finished else { return .needsMore }
    if !isWritten {
      isWritten = true
      target.append([UInt8](repeating: 7, count: 20))
      return .moved
    }
    return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let header = source.read(upTo: missing)
    missing -= header.count
    guard header.allSatisfy({ $0 == 7 }) else { throw Fault("not the header") }
    return target.append(upTo: context.limit, from: &source) > 0 || !header.isEmpty ? .moved : .needsMore
  }
}
