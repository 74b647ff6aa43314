import Testing

@testable import Sluice

/// Rows "reserve2", "reserve_many", "reserve_with_empty", "expand" and "expand_overflow" of section 2.4.
struct ReserveTests {
  struct Stop: Error {}

  @Test func `ten thousand bytes are written in place three times`() throws {
    var buffer = EventBuffer()
    for round in 1...3 {
      try buffer.reserve(10_000) { span in
        #expect(span.freeCapacity == 10_000)
        for _ in 0..<10_000 { span.append(UInt8(round), as: UInt8.self) }
      }
    }
    #expect(buffer.count == 30_000)
    #expect(buffer.bytes(from: 19_999, upTo: 2) == [2, 3])
  }

  @Test func `room that was not used is offered again`() throws {
    var buffer = segmented(["x"])
    let places = try (0..<2).map { _ in
      var place: UnsafeMutableRawPointer?
      try buffer.withRoom(atLeast: 20) { room in
        place = room.baseAddress
        return 0
      }
      return place
    }
    #expect(places[0] == places[1])
    #expect(buffer.segmentCount() == 1)
  }

  @Test(arguments: [-1, .min, .max, 1 << 62, 1 << 47])
  func `an absurd size is refused, and the buffer stays as it was`(size: Int) {
    var buffer = segmented(["abc"])
    #expect(throws: EventBufferError.refusedSize(size)) { try buffer.reserve(size) { _ in } }
    #expect(throws: EventBufferError.refusedSize(size)) { try buffer.withRoom(atLeast: size) { _ in 0 } }
    #expect(throws: EventBufferError.self) { try buffer.withExtents(atLeast: size) { _ in 0 } }
    #expect(buffer.string() == "abc")
    #expect(buffer.brokenInvariant() == nil)
  }

  @Test func `nothing written leaves no segment behind`() throws {
    try withPool { pool in
      var buffer = EventBuffer(pool: pool)
      try buffer.reserve(100) { _ in }
      try buffer.withRoom(atLeast: 0) { _ in 0 }
      try buffer.withExtents(atLeast: 50_000, maximum: 4) { _ in 0 }
      #expect(throws: Stop.self) { try buffer.withExtents(atLeast: 50_000) { _ in throw Stop() } }
      #expect(throws: Stop.self) { try buffer.withRoom(atLeast: 5) { _ in throw Stop() } }
      #expect(buffer.segmentCount() == 0)
      #expect(buffer.brokenInvariant() == nil)
    }
  }

  @Test func `what was appended before a throw is committed`() {
    var buffer = EventBuffer()
    #expect(throws: Stop.self) {
      try buffer.reserve(10) { span in
        span.append(7, as: UInt8.self)
        throw Stop()
      }
    }
    #expect(buffer.bytes() == [7])
  }

  static let extents: [(Int, Int)] = [
    (0, 2), (1, 1), (60, 2), (200, 1), (200, 2), (40_000, 1), (40_000, 2), (40_000, 8), (7, 0),
  ]

  @Test(arguments: extents, [0, 1, 68, 69, 150, 20_000, .max])
  func `several extents are committed in order`(request: (Int, Int), written: Int) throws {
    try withPool { pool in
      var buffer = EventBuffer(pool: pool)
      buffer.append("head")
      var given = 0
      let committed = try buffer.withExtents(atLeast: request.0, maximum: request.1) { extents in
        #expect(extents.count <= max(request.1, 1))
        var value = 0
        for extent in extents {
          #expect(extent.count > 0)
          given += extent.count
          for index in extent.indices {
            extent[index] = UInt8(truncatingIfNeeded: value / 7)
            value += 1
          }
        }
        return written
      }
      #expect(given >= request.0)
      #expect(committed == min(given, written))
      #expect(buffer.bytes() == [UInt8]("head".utf8) + pattern(committed))
      #expect(buffer.brokenInvariant() == nil)
      buffer.append("tail")
      #expect(buffer.bytes(from: 4 + committed) == [UInt8]("tail".utf8))
    }
  }

  @Test func `the tail's room comes first, and nothing is moved`() throws {
    var buffer = EventBuffer()
    buffer.append("abcd")
    let place = try #require(buffer.tail?.pointee.storage)
    try buffer.withExtents(atLeast: 1_000) { extents in
      #expect(extents.count == 2)
      #expect(extents[0].baseAddress == place + 4)
      #expect(extents[0].count == 68)
      return 0
    }
  }

  @Test func `a borrowed tail is not written to`() throws {
    var buffer = segmented(["abc"], .borrowed)
    try buffer.withExtents(atLeast: 10) { extents in
      extents[0][0] = 0x78
      return 1
    }
    #expect(buffer.string() == "abcx")
    #expect(buffer.segmentCount() == 2)
  }
}
