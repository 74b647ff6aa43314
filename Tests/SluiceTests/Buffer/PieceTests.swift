import Testing

@testable import Sluice

/// How what is appended lies in segments.
@Suite struct PieceTests {
  private func filled(_ piece: Int, _ times: Int) -> EventBuffer {
    var buffer = EventBuffer()
    for round in 0..<times { buffer.append([UInt8](repeating: UInt8(truncatingIfNeeded: round), count: piece)) }
    return buffer
  }

  @Test func `pieces that nearly fill a segment lie in one each, whatever was in front`() {
    for first in [1, 5_000, 12_000, 16_000] {
      BufferChecks.$areOn.withValue(true) {
        var buffer = filled(first, 1)
        for _ in 0..<5 { buffer.append([UInt8](repeating: 1, count: 16_406)) }
        #expect(buffer.segmentCount(from: first) == 5)
      }
    }
  }

  @Test func `pieces that do not fit the last of a segment begin a new one`() {
    var buffer = filled(1_024, 200)
    buffer.drain(100 * 1_024)
    // Sixteen fit, and no piece is cut.
    while !buffer.isEmpty {
      #expect(buffer.contiguousCount % 1_024 == 0)
      buffer.drain(1_024)
    }
  }

  @Test func `what is larger than a segment lies in whole records`() {
    let buffer = filled(65_536, 1)
    var sizes: [Int] = []
    buffer.forEachSpan {
      sizes.append($0.byteCount)
      return true
    }
    #expect(sizes == [16_384, 16_384, 16_384, 16_384])
  }

  @Test func `a segment that has to be cut is cut anywhere, and both parts can be written behind`() {
    BufferChecks.$areOn.withValue(true) {
      for place in [1, 255, 256, 257, 8_000, 8_200, 8_300, 16_000, 16_383] {
        let base = EventBase()
        var source = base.makeBuffer()
        let bytes = (0..<16_384).map { UInt8(truncatingIfNeeded: $0 &* 3 ^ $0 >> 8) }
        source.append(bytes)
        source.append([UInt8](repeating: 9, count: 300))
        var target = base.makeBuffer()
        target.append("front")
        #expect(target.append(upTo: place, from: &source) == place)
        target.append("|")
        source.append("|")
        #expect(target.bytes() == Array("front".utf8) + bytes[..<place] + Array("|".utf8))
        #expect(source.bytes() == bytes[place...] + [UInt8](repeating: 9, count: 300) + Array("|".utf8))
      }
    }
  }

  @Test func `the smaller part of a cut segment is the one that is copied`() {
    let base = EventBase()
    for (place, isMoved) in [(4_000, false), (15_000, true)] {
      var source = base.makeBuffer()
      source.append([UInt8](repeating: 1, count: 16_384))
      let before = source.unsafeFirstBytes.baseAddress
      var target = base.makeBuffer()
      target.append(upTo: place, from: &source)
      #expect((target.unsafeFirstBytes.baseAddress == before) == isMoved)
    }
  }

  /// Where a copy is one instruction, Zen 3 and 4 take twenty times as long for a target a few bytes behind its source in a page.
  @Test(arguments: [5_000, 16_384, 16_406])
  func `a large piece has the place in a cache line that it was copied from`(count: Int) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 64, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 7)
    for place in [0, 1, 3, 15, 16, 37, 63] {
      BufferChecks.$areOn.withValue(true) {
        var buffer = EventBuffer()
        buffer.append(UnsafeRawBufferPointer(rebasing: memory[place..<place + count]))
        let start = UInt(bitPattern: buffer.unsafeFirstBytes.baseAddress)
        #expect(start % 64 == UInt(place))
        #expect(buffer.count == count && buffer.segmentCount(from: 0) == 1)
      }
    }
  }
}
