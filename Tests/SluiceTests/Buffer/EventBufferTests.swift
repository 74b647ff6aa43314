import Testing

@testable import Sluice

/// Appending, moving, reading and draining. Rows of the reference's section 2.4: evbuffer, iterative, add_iovec, copyout,
/// the ones about empty chunks.
struct EventBufferTests {
  @Test func `bytes that go in come out`() {
    var buffer = EventBuffer()
    buffer.append("hello")
    #expect(buffer.readString() == "hello")
    #expect(buffer.isEmpty == true)
  }

  @Test(arguments: ["", ",", " of a hundred thousand\n"])
  func `row "iterative": a hundred thousand small appends waste less than an eighth`(ending: String) {
    withPool { pool in
      var buffer = EventBuffer(pool: pool)
      var total = 0
      for index in 0..<100_000 {
        let piece = "\(index)\(ending)"
        total += piece.utf8.count
        buffer.append(piece)
      }
      #expect(buffer.count == total)
      #expect((buffer.allocated - total) * 8 < total)
    }
  }

  @Test func `a few bytes do not take a large segment`() {
    var buffer = EventBuffer()
    buffer.append("idle")
    #expect(buffer.allocated <= 72)
  }

  @Test func `appending nothing adds no segment`() {
    var buffer = EventBuffer()
    buffer.append([])
    buffer.append("")
    #expect(buffer.append(pieces: []) == 0)
    #expect(buffer.append(pieces: [UnsafeRawBufferPointer(start: nil, count: 0)]) == 0)
    var empty = EventBuffer()
    buffer.append(&empty)
    #expect(buffer.append(upTo: 5, from: &empty) == 0)
    #expect(buffer.segmentCount() == 0)
    #expect(buffer.brokenInvariant() == nil)
  }

  @Test func `pieces are appended in order and counted once`() {
    var buffer = EventBuffer()
    let big = pattern(20_000)
    let small: [UInt8] = [1, 2, 3]
    let added = small.withUnsafeBytes { first in
      big.withUnsafeBytes { second in
        buffer.append(pieces: [first, UnsafeRawBufferPointer(start: nil, count: 0), second, first])
      }
    }
    #expect(added == 20_006)
    #expect(buffer.bytes() == small + big + small)
  }

  @Test(arguments: Ground.allCases)
  func `moving part of a buffer leaves the rest`(ground: Ground) {
    var source = segmented(["abc", "def", "ghi"], ground)
    var target = EventBuffer()
    #expect(target.append(upTo: -1, from: &source) == 0)
    #expect(target.append(upTo: 4, from: &source) == 4)
    #expect(target.string() == "abcd")
    #expect(source.string() == "efghi")
    #expect(target.append(upTo: 100, from: &source) == 5)
    #expect(target.string() == "abcdefghi")
    #expect(source.isEmpty == true)
    #expect(source.brokenInvariant() == nil)
    #expect(target.brokenInvariant() == nil)
  }

  @Test func `a large buffer moves without being copied`() {
    var source = EventBuffer()
    source.append(pattern(50_000))
    let before = source.head
    var target = EventBuffer()
    target.append("x")
    target.append(&source)
    #expect(target.head?.pointee.next == before)
    #expect(target.count == 50_001)
  }

  @Test func `buffers of two pools settle their accounts`() {
    withPool { first in
      withPool { second in
        var source = EventBuffer(pool: first)
        var target = EventBuffer(pool: second)
        source.append(pattern(40_000))
        target.append(upTo: 20_000, from: &source)
        target.append(&source)
        source.append("again")
        source.prepend(&target)
        #expect(source.count == 40_005)
      }
    }
  }

  @Test(arguments: [
    (0, 9, "abcdefghi"), (0, 100, "abcdefghi"), (2, 3, "cde"), (3, 3, "def"), (8, 5, "i"), (9, 1, ""), (10, 1, ""),
    (-1, 3, ""), (2, 0, ""),
  ])
  func `copying from the middle stops at the end and drains nothing`(offset: Int, length: Int, expected: String) {
    let buffer = segmented(["abc", "def", "ghi"])
    #expect(String(decoding: buffer.bytes(from: offset, upTo: length), as: UTF8.self) == expected)
    #expect(buffer.count == 9)
  }

  @Test(arguments: [(-5, 0, "abcdef"), (0, 0, "abcdef"), (2, 2, "cdef"), (3, 3, "def"), (6, 6, ""), (.max, 6, "")])
  func `draining too much drains all`(length: Int, dropped: Int, left: String) {
    var buffer = segmented(["abc", "def"])
    #expect(buffer.drain(length) == dropped)
    #expect(buffer.string() == left)
    #expect(buffer.brokenInvariant() == nil)
  }
}
