import Testing

@testable import Sluice

/// Row "prepend" of section 2.4, and the ones about empty references that are prepended.
struct PrependTests {
  @Test(arguments: Ground.allCases, [0, 1, 71, 72, 73, 1_064, 5_000, 40_000])
  func `prepended bytes stand in front`(ground: Ground, size: Int) {
    withPool { pool in
      var buffer = segmented(["tail", "end"], ground, pool: pool)
      let front = pattern(size)
      buffer.prepend(front)
      #expect(buffer.bytes() == front + [UInt8]("tailend".utf8))
      #expect(buffer.brokenInvariant() == nil)
    }
  }

  @Test func `an empty buffer takes prepended bytes, and more at both ends`() {
    var buffer = EventBuffer()
    buffer.prepend("b")
    buffer.prepend("a")
    buffer.append("c")
    #expect(buffer.string() == "abc")
    #expect(buffer.brokenInvariant() == nil)
  }

  @Test func `bytes that were drained make room for a header`() {
    var buffer = EventBuffer()
    buffer.append("12345678payload")
    buffer.drain(8)
    buffer.prepend("header: ")
    #expect(buffer.segmentCount() == 1)
    buffer.prepend("more")
    #expect(buffer.segmentCount() == 2)
    #expect(buffer.string() == "moreheader: payload")
  }

  @Test func `what does not fit into the slack is split`() {
    var buffer = EventBuffer()
    buffer.append("1234payload")
    buffer.drain(4)
    buffer.prepend("abcdefgh")
    #expect(buffer.segmentCount() == 2)
    #expect(buffer.string() == "abcdefghpayload")
    #expect(buffer.contiguousCount == 4)
  }

  @Test func `the memory of a shared segment is never written to`() throws {
    var source = EventBuffer()
    source.append(pattern(1_000))
    var copy = EventBuffer()
    try copy.append(sharing: &source)
    source.drain(500)
    source.prepend([UInt8](repeating: 0xEE, count: 500))
    #expect(copy.bytes() == pattern(1_000))
  }

  @Test func `many small prepends take few segments`() {
    var buffer = EventBuffer()
    for index in 0..<50_000 { buffer.prepend([UInt8(truncatingIfNeeded: index)]) }
    #expect(buffer.count == 50_000)
    #expect(buffer.segmentCount() < 100)
    #expect(buffer.bytes(upTo: 3) == [UInt8(truncatingIfNeeded: 49_999), 78, 77])
  }

  @Test(arguments: Ground.allCases, Ground.allCases)
  func `a prepended buffer moves whole`(ground: Ground, other: Ground) {
    var buffer = segmented(["world", "!"], ground)
    var front = segmented(["hello", " "], other)
    let first = front.head
    buffer.prepend(&front)
    #expect(buffer.head == first)
    #expect(buffer.string() == "hello world!")
    #expect(front.isEmpty == true)
    #expect(front.brokenInvariant() == nil)
    #expect(buffer.brokenInvariant() == nil)
    buffer.append("?")
    #expect(buffer.string() == "hello world!?")
  }

  @Test func `prepending an empty buffer or an empty reference changes nothing`() throws {
    var buffer = segmented(["x"])
    var empty = EventBuffer()
    let calls = Counter()
    try empty.append(foreign: UnsafeRawBufferPointer(start: nil, count: 0)) { calls.value += 1 }
    buffer.prepend(&empty)
    buffer.prepend("")
    #expect(calls.value == 1)
    #expect(buffer.segmentCount() == 1)
    empty.prepend(&buffer)
    #expect(empty.string() == "x")
  }
}
