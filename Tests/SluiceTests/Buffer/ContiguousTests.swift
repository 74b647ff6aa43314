import Testing

@testable import Sluice

/// Rows "evbuffer" and "pullup_with_empty" of section 2.4.
struct ContiguousTests {
  @Test(arguments: Ground.allCases, 0...9)
  func `the first bytes come together and the contents stay`(ground: Ground, length: Int) throws {
    try withPool { pool in
      var buffer = segmented(["abc", "d", "ef", "ghi"], ground, pool: pool)
      let read = try buffer.withContiguous(length) { span in span.withUnsafeBytes { Array($0) } }
      #expect(read == Array([UInt8]("abcdefghi".utf8)[..<length]))
      #expect(buffer.contiguousCount >= length)
      #expect(buffer.string() == "abcdefghi")
      #expect(buffer.brokenInvariant() == nil)
      buffer.append("j")
      #expect(buffer.string() == "abcdefghij")
    }
  }

  @Test func `all bytes come together`() throws {
    var buffer = EventBuffer()
    buffer.append(pattern(100_000))
    #expect(buffer.segmentCount() > 1)
    let sum = try buffer.withContiguous { span in span.byteCount }
    #expect(sum == 100_000)
    #expect(buffer.segmentCount() == 1)
    #expect(buffer.bytes() == pattern(100_000))
  }

  @Test func `an empty buffer lends an empty span`() throws {
    var buffer = EventBuffer()
    #expect(try buffer.withContiguous { $0.byteCount } == 0)
    #expect(try buffer.withContiguous(0) { $0.byteCount } == 0)
  }

  @Test(arguments: [
    (-1, EventBufferError.refusedSize(-1)), (4, .tooShort(wanted: 4, have: 3)),
    (.max, .tooShort(wanted: .max, have: 3)),
  ])
  func `more than there is is refused`(length: Int, error: EventBufferError) {
    var buffer = segmented(["a", "bc"])
    #expect(throws: error) { try buffer.makeContiguous(length) }
    #expect(buffer.segmentCount() == 2)
    #expect(buffer.string() == "abc")
  }

  @Test func `more than memory holds in one piece is refused`() throws {
    var buffer = EventBuffer()
    // Nobody reads this memory, so it need not be there: its length is what matters.
    let huge = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 16), count: 1 << 60)
    try buffer.append(foreign: huge) {}
    try buffer.append(foreign: huge) {}
    #expect(throws: EventBufferError.refusedSize(1 << 61)) { try buffer.makeContiguous() }
    #expect(buffer.segmentCount() == 2)
  }

  @Test func `a shared segment is copied, not changed`() throws {
    var source = EventBuffer()
    source.append(pattern(600))
    var copy = source.slice()
    source.append("behind")
    try source.makeContiguous(603)
    #expect(source.bytes() == pattern(600) + [UInt8]("behind".utf8))
    #expect(copy.read() == pattern(600))
  }

  @Test func `the room of the first segment is used before a new one is taken`() throws {
    var buffer = segmented(["abc", "def"])
    let first = buffer.head
    try buffer.makeContiguous()
    #expect(buffer.head == first)
    #expect(buffer.tail == first)
  }
}
