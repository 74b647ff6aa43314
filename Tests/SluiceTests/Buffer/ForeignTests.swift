import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Rows "reference", "reference2", "add_reference", "_with_offset" and the ones about empty references of section 2.4;
/// part 3, item 53.
struct ForeignTests {
  enum End: CaseIterable { case read, drain, drop, moved, contiguous, copiedByMove }

  @Test(arguments: End.allCases)
  func `the clean-up runs once, when the last byte is gone`(end: End) throws {
    let released = Counter()
    do {
      var buffer = EventBuffer()
      adopt(pattern(100), into: &buffer) { released.value += 1 }
      buffer.append("behind")
      buffer.drain(99)
      #expect(released.value == 0)
      switch end {
      case .read: #expect(buffer.read(upTo: 1).count == 1)
      case .drain: buffer.drain(1)
      case .drop: break
      case .moved:
        var other = EventBuffer()
        other.append(&buffer)
        #expect(released.value == 0)
        other.drain()
      case .contiguous: try buffer.makeContiguous()
      case .copiedByMove:
        var other = EventBuffer()
        other.append(pattern(200))
        other.append(&buffer)
        #expect(other.count == 207)
      }
      if end != .drop { #expect(released.value == 1) }
    }
    #expect(released.value == 1)
  }

  @Test(arguments: [(0, Int.max, 9), (3, .max, 6), (3, 2, 2), (9, 5, 0), (4, 0, 0)])
  func `a part of foreign memory is appended`(offset: Int, length: Int, expected: Int) throws {
    let released = Counter()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 9, alignment: 1)
    memory.copyBytes(from: "abcdefghi".utf8)
    defer { memory.deallocate() }
    var buffer = segmented(["x"])
    try buffer.append(foreign: UnsafeRawBufferPointer(memory), from: offset, upTo: length) { released.value += 1 }
    #expect(buffer.bytes() == [0x78] + memory[offset..<offset + expected])
    #expect(released.value == (expected == 0 ? 1 : 0), "memory of which nothing is used is released at once")
    buffer.drain()
    #expect(released.value == 1)
  }

  @Test(arguments: [(-1, 1, -1), (10, 1, 10), (0, -1, -1), (.min, 1, .min), (.max, 1, .max)] as [(Int, Int, Int)])
  func `a part outside the memory is refused, and the memory stays the caller's`(offset: Int, length: Int, bad: Int) {
    let released = Counter()
    var buffer = EventBuffer()
    _ = pattern(9).withUnsafeBytes { memory in
      #expect(throws: EventBufferError.refusedSize(bad)) {
        try buffer.append(foreign: memory, from: offset, upTo: length) { released.value += 1 }
      }
    }
    #expect(buffer.count == 0)
    #expect(released.value == 0)
  }

  @Test func `empty references between others change nothing`() throws {
    let released = Counter()
    var buffer = EventBuffer()
    for piece in ["", "a", "", "", "b", ""] {
      if piece.isEmpty {
        try buffer.append(foreign: UnsafeRawBufferPointer(start: nil, count: 0)) { released.value += 1 }
      } else {
        buffer.append(piece)
      }
    }
    #expect(released.value == 4)
    #expect(buffer.segmentCount() == 1)
    var other = EventBuffer()
    #expect(other.append(upTo: 1, from: &buffer) == 1)
    #expect(other.string() == "a")
    #expect(buffer.string() == "b")
  }

  @Test func `foreign memory is never written to`() {
    let original = pattern(300)
    var buffer = EventBuffer()
    original.withUnsafeBytes { memory in
      do { try buffer.append(foreign: memory) {} } catch { Issue.record(error) }
      buffer.append("behind")
      buffer.drain(10)
      buffer.prepend("in front")
      #expect(buffer.bytes(from: 8, upTo: 290) == Array(original[10...]))
      buffer.drain()
    }
    #expect(original == pattern(300))
  }

  @Test func `part 3, item 53: lengths above 4 GiB do not wrap`() throws {
    let length = 5 << 30
    let flags = MAP_PRIVATE | Int32(MAP_ANONYMOUS) | Int32(MAP_NORESERVE)
    let memory = try #require(mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0))
    try #require(memory != MAP_FAILED)
    memory.storeBytes(of: 0x5A, toByteOffset: length - 3, as: UInt8.self)
    let released = Counter()
    var buffer = segmented(["start"])
    try buffer.append(foreign: UnsafeRawBufferPointer(start: memory, count: length)) {
      munmap(memory, length)
      released.value += 1
    }
    buffer.append("end")
    #expect(buffer.count == length + 8)
    #expect(buffer.firstIndex(of: 0x5A, from: length - 100) == length + 2)
    #expect(buffer.bytes(from: length + 2, upTo: 10) == [0x5A, 0, 0] + [UInt8]("end".utf8))
    var moved = EventBuffer()
    try moved.append(sharing: &buffer, from: length - 5)
    #expect(moved.count == 13)
    #expect(buffer.drain(length) == length)
    #expect(moved.drain() == 13)
    #expect(buffer.bytes() == [0, 0, 0x5A, 0, 0].suffix(5) + [UInt8]("end".utf8))
    #expect(released.value == 0)
    buffer.drain()
    #expect(released.value == 1)
  }
}
