import Testing

@testable import Sluice

/// Reads what it encodes in pieces of 1,000 bytes while there is room, as a cipher does.
private struct Reader: Filter {
  var onlyReadsSource: Bool { true }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    var left = context.limit
    let before = source.count
    while left > 0, !source.isEmpty {
      let piece = source.read(upTo: min(1_000, left))
      target.append(piece)
      left -= piece.count
    }
    return source.count < before ? .moved : .needsMore
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { .needsMore }
}

/// Large writes to filters that only read what they encode: they get the writer's own bytes.
@Suite struct LentWriteTests {
  private static let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 11 ^ $0 >> 7) }

  @Test(arguments: [16_384, 40_000, 300_000, 1_000_000])
  func `every byte arrives, whether it went through at once or had to wait`(size: Int) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try left.filtered(by: Reader())
    var got: [UInt8] = []
    right.onRead = { got += $0.input.read() }
    for start in stride(from: 0, to: Self.bytes.count, by: size) {
      // The writer's memory is gone when the call is over.
      var piece = Array(Self.bytes[start..<min(start + size, Self.bytes.count)])
      top.write(piece)
      for index in piece.indices { piece[index] = 0xEE }
    }
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(got == Self.bytes)
    top.close()
    right.close()
    try base.runUntilIdle(maximumSteps: 100)
    #expect(base.ledger.segmentsTaken == base.ledger.segmentsReturned)
  }

  @Test func `a writer is asked to wait when the next large write would have to be copied`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    right.disable(.read)
    let top = try left.filtered(by: Reader())
    top.underlying?.writeMarks = Watermarks(high: 50_000)
    let piece = [UInt8](repeating: 7, count: 20_000)
    #expect(top.write(piece).room == Watermarks.defaultHigh)
    #expect(top.write(piece).room == 0, "10,000 bytes of room below are too few for another")
    #expect(top.outputCount == 0)
    // It is no refusal.
    #expect(top.write(piece) == .accepted(room: 0))
    #expect(top.outputCount == 10_000)
    var writes = 0
    top.onWrite = { _ in writes += 1 }
    right.enable(.read)
    try base.runUntilIdle(maximumSteps: 100)
    #expect(writes == 1)
    #expect(right.inputCount == 60_000)
  }
}
