import Sluice

/// A fault: turns over the lowest bit of one byte that comes in, and passes everything else on.
struct Flip: Filter {
  let name = "flip"
  /// Bytes that are still to come before the one that is damaged; negative when that has passed.
  private var left: Int

  /// Damages the byte at `offset`, counted from 0.
  init(at offset: Int) { left = offset }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    if left == 0, let byte = source.read(upTo: 1).first {
      target.append([byte ^ 1])
      left = -1
      return .moved
    }
    let length = left < 0 ? context.limit : min(left, context.limit)
    let moved = target.append(upTo: length, from: &source)
    if left > 0 { left -= moved }
    return moved > 0 ? .moved : .needsMore
  }
}
