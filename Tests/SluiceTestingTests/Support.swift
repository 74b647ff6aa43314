import Sluice
import SluiceTesting
import Testing

/// Passes everything on: what keeps the contract if anything does.
struct Pass: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress { target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress { target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore }
}

/// A filter that passes on, but for what a test has one of its calls do instead.
struct Bad: Filter {
  typealias Call = (inout EventBuffer, inout EventBuffer, inout FilterContext) throws -> FilterProgress?
  var onEncode: Call?
  var onDecode: Call?
  private var pass = Pass()

  init(encode: Call? = nil, decode: Call? = nil) { (onEncode, onDecode) = (encode, decode) }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try onEncode?(&source, &target, &context) ?? pass.encode(&source, into: &target, &context)
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try onDecode?(&source, &target, &context) ?? pass.decode(&source, into: &target, &context)
  }
}

/// What a filter keeps between calls, where a closure is the filter.
final class Memory {
  var bytes: [UInt8] = []
  var count = 0
}
