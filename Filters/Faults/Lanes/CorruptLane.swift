import Sluice

/// Turns bits of some bytes over.
final class CorruptLane: Lane {
  private let corruption: Fault.Corruption
  private var random: SplitMix64
  /// How many bytes pass before the next that is damaged; `.max` for all of them.
  private var left = Int.max
  /// Where in its stretch the byte is that is damaged.
  private var place = 0

  init(_ record: FaultRecord, _ direction: Directions, _ corruption: Fault.Corruption, _ random: SplitMix64) {
    (self.corruption, self.random) = (corruption, random)
    super.init(record, direction)
    switch corruption {
    case .byte(let offset, _): left = offset
    case .one(let count): left = .random(in: 0..<count, using: &self.random)
    }
    place = left
  }

  override func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ call: Call
  ) -> FilterProgress {
    var room = call.limit
    while room > 0, !source.isEmpty {
      let count = left == 0 ? damage(&source, &target) : target.append(upTo: min(left, room), from: &source)
      room -= count
      if left != .max { left -= count }
    }
    if room < call.limit { return .moved }
    return call.isEnding && source.isEmpty ? .ended : .needsMore
  }

  private func damage(_ source: inout EventBuffer, _ target: inout EventBuffer) -> Int {
    guard let byte: UInt8 = source.readInteger() else { return 0 }
    target.appendInteger(byte ^ 1 << UInt8(bit))
    strike()
    left = distance
    return 1
  }

  private var bit: Int {
    if case .byte(_, let bit?) = corruption { return bit }
    return .random(in: 0...7, using: &random)
  }

  /// From the start of a damaged byte to that of the next: one somewhere in each stretch of as many bytes.
  private var distance: Int {
    guard case .one(let count) = corruption else { return .max }
    let before = place
    place = .random(in: 0..<count, using: &random)
    return count - before + place
  }
}
