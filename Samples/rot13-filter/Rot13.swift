import Sluice

/// Turns each letter into the one 13 places on; twice is none. A filter of one's own, complete.
struct Rot13: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { rotate(&source, into: &target, context.limit) }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { rotate(&source, into: &target, context.limit) }

  /// Takes from the front, adds no more than it may, and says whether it did anything.
  private func rotate(_ source: inout EventBuffer, into target: inout EventBuffer, _ limit: Int) -> FilterProgress {
    let bytes = source.read(upTo: limit)
    if bytes.isEmpty { return .needsMore }
    target.append(bytes.map(Self.rotated))
    return .moved
  }

  static func rotated(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x41...0x5A: (byte - 0x41 + 13) % 26 + 0x41
    case 0x61...0x7A: (byte - 0x61 + 13) % 26 + 0x61
    default: byte
    }
  }
}
