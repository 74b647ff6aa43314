import Testing

@testable import Sluice

/// Rows "multicast" and "multicast_drain" of section 2.4; nesting is allowed here.
struct SharingTests {
  @Test func `shared bytes survive the source`() throws {
    try withPool { pool in
      var first = EventBuffer(pool: pool)
      var second = EventBuffer()
      do {
        var source = EventBuffer(pool: pool)
        source.append(pattern(40_000))
        let shared1 = try first.append(sharing: &source)
        #expect(shared1 == 40_000)
        let shared2 = try second.append(sharing: &source)
        #expect(shared2 == 40_000)
        #expect(source.bytes() == pattern(40_000))
        source.drain(10_000)
        source.append("and more")
      }
      #expect(first.bytes() == pattern(40_000))
      first.drain()
      #expect(second.bytes() == pattern(40_000))
    }
  }

  @Test func `large pieces are not copied`() throws {
    var source = EventBuffer()
    source.append(pattern(10_000))
    let place = source.head?.pointee.bytes
    var target = EventBuffer()
    try target.append(sharing: &source)
    #expect(target.head?.pointee.bytes == place)
    #expect(source.head?.pointee.bytes == place)
    #expect(target.allocated == 0)
  }

  @Test func `what was shared can be shared again`() throws {
    try withPool { pool in
      var source = EventBuffer(pool: pool)
      source.append(pattern(3_000))
      for _ in 0..<4 {
        var next = EventBuffer(pool: pool)
        try next.append(sharing: &source)
        try next.append(sharing: &source, from: 1_000)
        #expect(next.bytes() == source.bytes() + source.bytes(from: 1_000))
        source = next
      }
      #expect(source.brokenInvariant() == nil)
    }
  }

  @Test(
    arguments: [
      (0, 20_000), (100, 300), (100, 200), (16_000, 2_000), (39_999, 5), (40_000, 1), (-1, 5), (0, -1),
      (17_000, .max),
    ] as [(Int, Int)], Ground.allCases)
  func `a part is shared`(range: (Int, Int), ground: Ground) throws {
    let all = pattern(40_000)
    var source = EventBuffer()
    for start in stride(from: 0, to: 40_000, by: 8_000) { link(Array(all[start..<start + 8_000]), ground, to: &source) }
    var target = segmented(["x"])
    let shared = try target.append(sharing: &source, from: range.0, upTo: range.1)
    let expected = source.bytes(from: range.0, upTo: range.1)
    #expect(shared == expected.count)
    #expect(target.bytes() == [0x78] + expected)
    #expect(source.bytes() == all)
    #expect(source.brokenInvariant() == nil)
    #expect(target.brokenInvariant() == nil)
  }

  @Test func `writing to either side is not seen by the other`() throws {
    var source = EventBuffer()
    source.append(pattern(1_000))
    var slice = source.slice(from: 200, upTo: 600)
    source.append("source")
    slice.append("slice")
    slice.prepend("front")
    #expect(source.bytes() == pattern(1_000) + [UInt8]("source".utf8))
    #expect(slice.bytes() == [UInt8]("front".utf8) + pattern(1_000)[200..<800] + [UInt8]("slice".utf8))
  }

  @Test func `a part that is moved in two keeps its bytes alive`() {
    let released = Counter()
    do {
      var source = EventBuffer()
      adopt(pattern(5_000), into: &source) { released.value += 1 }
      var target = source.slice(from: 1_000, upTo: 3_000)
      var other = EventBuffer()
      other.append(upTo: 1_500, from: &target)
      source.drain()
      #expect(released.value == 0)
      #expect(other.bytes() == Array(pattern(5_000)[1_000..<2_500]))
      #expect(target.bytes() == Array(pattern(5_000)[2_500..<4_000]))
    }
    #expect(released.value == 1)
  }

  @Test func `a buffer longer than any may be is refused`() throws {
    var source = EventBuffer()
    let huge = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 16), count: 1 << 61)
    try source.append(foreign: huge) {}
    var target = EventBuffer()
    let shared3 = try target.append(sharing: &source)
    #expect(shared3 == 1 << 61)
    let shared4 = try target.append(sharing: &source)
    #expect(shared4 == 1 << 61)
    #expect(target.count == EventBuffer.maximumCount)
    #expect(throws: EventBufferError.refusedSize(1 << 61)) { try target.append(sharing: &source) }
    #expect(target.segmentCount() == 2)
    #expect(throws: EventBufferError.refusedSize(1)) { try target.reserve(1) { _ in } }
  }
}
