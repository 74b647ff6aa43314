import Testing

@testable import Sluice

/// Units behind their length in two bytes, decoded in place: what it appends it leaves where it is.
private struct Copied: Filter {
  var appendsOnly = true
  /// The number of the unit at which it fails.
  var failsAt = Int.max
  private(set) var units = 0
  var onlyAppendsToTarget: Bool { appendsOnly }

  init(appendsOnly: Bool = true, failsAt: Int = .max) { (self.appendsOnly, self.failsAt) = (appendsOnly, failsAt) }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { .needsMore }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard let length = source.peekInteger(as: UInt16.self), source.count >= 2 + Int(length) else { return .needsMore }
    if units == failsAt { throw Fault("a bad unit") }
    units += 1
    source.drain(2)
    if length == 0 { return .ended }
    try target.withRoom(atLeast: Int(length)) {
      source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<Int(length)]))
    }
    return .moved
  }
}

/// A large read takes what a filter has more of without the way over the input.
@Suite struct DirectReadTests {
  private static let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 13 ^ $0 >> 8) }

  /// The bytes as units of a size.
  private static func units(of size: Int) -> [UInt8] {
    stride(from: 0, to: bytes.count, by: size).flatMap { start -> [UInt8] in
      let unit = bytes[start..<min(start + size, bytes.count)]
      return [UInt8(unit.count >> 8), UInt8(unit.count & 255)] + unit
    }
  }

  private final class Reads {
    var sizes: [Int] = []
    var left: [Int] = []
    var got: [UInt8] = []
    var log: [String] = []
  }

  /// Sends the units, and reads them at the other end into memory of `room` bytes.
  private func read(
    _ sent: [UInt8], into room: Int, _ filter: @escaping () -> Copied, finishing: Bool = false,
    _ after: @escaping (BufferEvent) -> Void = { _ in }
  ) throws -> Reads {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: filter())
    let reads = Reads()
    top.onRead = { event in
      var memory = [UInt8](repeating: 0, count: room)
      let count = memory.withUnsafeMutableBytes { event.read(into: $0) }
      reads.got += memory[..<count]
      reads.sizes.append(count)
      reads.left.append(event.inputCount)
      after(event)
      while event.inputCount > 0 { reads.got += event.input.read() }
    }
    top.onEvent = { _, event in reads.log.append(words(event)) }
    left.write(sent)
    if finishing { left.finish() }
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(base.ledger.segmentsTaken >= base.ledger.segmentsReturned)
    left.close()
    top.close()
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(base.ledger.segmentsTaken == base.ledger.segmentsReturned)
    return reads
  }

  @Test(arguments: [100, 5_000, 16_384, 16_390, 30_000], [16_384, 40_000, 65_536, 300_000])
  func `all bytes come in order, whatever the sizes`(unit: Int, room: Int) throws {
    let reads = try read(Self.units(of: unit), into: room) { Copied() }
    #expect(reads.got == Self.bytes)
  }

  @Test func `a large read gets more than the input held`() throws {
    let direct = try read(Self.units(of: 16_384), into: 65_536) { Copied() }
    #expect(direct.sizes.first == 65_536)
    let other = try read(Self.units(of: 16_384), into: 65_536) { Copied(appendsOnly: false) }
    #expect(other.sizes.first == 16_384)
    #expect(other.got == Self.bytes)
  }

  @Test func `what does not fit the caller's memory is in the input`() throws {
    let reads = try read(Self.units(of: 15_000), into: 50_000) { Copied() }
    #expect(reads.got == Self.bytes)
    #expect(reads.left.contains { $0 > 0 })
  }

  @Test func `an error comes behind the bytes in front of it`() throws {
    let reads = try read(Self.units(of: 16_384), into: 65_536) { Copied(failsAt: 3) }
    #expect(reads.got == Array(Self.bytes[..<(3 * 16_384)]))
    #expect(reads.log == ["error: filter Copied (number 1 from the wire), reading: a bad unit"])
  }

  @Test func `the end comes behind the last bytes, and once`() throws {
    let reads = try read(Self.units(of: 16_384) + [0, 0], into: 300_000) { Copied() }
    #expect(reads.got == Self.bytes)
    #expect(reads.log == ["end of input"])
    let cut = try read(Self.units(of: 16_384).dropLast(1).map { $0 }, into: 300_000, { Copied() }, finishing: true)
    #expect(cut.got.count == Self.bytes.count - Self.bytes.count % 16_384)
    #expect(cut.log.count == 1 && cut.log[0].contains("ended in the middle"), "\(cut.log)")
  }

  @Test func `closing behind a direct read is safe`() throws {
    let reads = try read(Self.units(of: 16_384), into: 40_000, { Copied() }) { $0.close() }
    #expect(reads.got == Array(Self.bytes[..<reads.got.count]))
    #expect(reads.sizes.count == 1)
  }
}
