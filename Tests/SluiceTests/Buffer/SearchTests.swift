import Testing

@testable import Sluice

/// Rows "find" and "search" of section 2.4; part 3, item 55.
struct SearchTests {
  static let contents = "the quick aab aaab aaaab end"

  static let cases: [(String, Int, Int, Int?)] = [
    ("the", 0, .max, 0), ("aaab", 0, .max, 14), ("aaaab", 0, .max, 19), ("end", 0, .max, 25), ("endx", 0, .max, nil),
    ("aab", 0, .max, 10), ("aab", 11, .max, 15), ("aab", 16, .max, 21), ("aab", 22, .max, nil), ("b", 13, .max, 17),
    // The range bounds where an occurrence ends, not where it begins.
    ("end", 0, 27, nil), ("end", 0, 28, 25), ("end", 20, 8, 25), ("end", 20, 7, nil), ("the", 1, .max, nil),
    ("t", -1, .max, nil), ("t", 28, .max, nil), ("t", 0, 0, nil), ("t", 0, -1, nil), ("aa", 0, 11, nil),
    ("aa", 0, 12, 10),
    // Nothing is found where the search begins.
    ("", 0, .max, 0), ("", 28, .max, 28), ("", 5, 0, 5), ("", 29, .max, nil), ("", -1, .max, nil),
  ]

  @Test(arguments: cases, [1, 2, 3, 5, 100])
  func `bytes are found across segments of any length`(sought: (String, Int, Int, Int?), size: Int) {
    let letters = Array(Self.contents)
    let pieces = stride(from: 0, to: letters.count, by: size).map {
      String(letters[$0..<min($0 + size, letters.count)])
    }
    let buffer = segmented(pieces)
    let found = buffer.firstRange(of: sought.0, from: sought.1, upTo: sought.2)
    #expect(found == sought.3.map { $0..<$0 + sought.0.count })
  }

  @Test func `a sequence longer than the buffer is not found`() {
    let buffer = segmented(["ab"])
    #expect(buffer.firstRange(of: "abc") == nil)
    #expect(EventBuffer().firstRange(of: "a") == nil)
    #expect(EventBuffer().firstRange(of: "") == 0..<0)
  }

  @Test func `a search continues behind what it found`() {
    let buffer = segmented(["ab", "ab", "a", "b"])
    var found: [Int] = []
    var offset = 0
    while let range = buffer.firstRange(of: "ab", from: offset) {
      found.append(range.lowerBound)
      offset = range.upperBound
    }
    #expect(found == [0, 2, 4])
  }

  @Test(
    arguments: [
      (UInt8(ascii: "d"), 0, Int.max, 3), (UInt8(ascii: "a"), 1, .max, 6), (UInt8(ascii: "a"), 1, 5, nil),
      (UInt8(ascii: "z"), 0, .max, nil), (UInt8(ascii: "a"), 0, 0, nil), (UInt8(ascii: "a"), -2, .max, nil),
    ] as [(UInt8, Int, Int, Int?)])
  func `a byte is found in a range`(byte: UInt8, offset: Int, length: Int, expected: Int?) {
    let buffer = segmented(["abc", "def", "abc"])
    #expect(buffer.firstIndex(of: byte, from: offset, upTo: length) == expected)
  }

  @Test(.timeLimit(.minutes(1)))
  func `part 3, item 55: a search that almost matches everywhere is linear`() {
    var buffer = EventBuffer()
    buffer.append([UInt8](repeating: 0x61, count: 1 << 18))
    let sought = [UInt8](repeating: 0x61, count: 1 << 15) + [0x62]
    // Looking at each of 262,144 places for 32,768 bytes would take minutes.
    #expect(buffer.firstRange(of: sought) == nil)
    buffer.append("b")
    #expect(buffer.firstRange(of: sought)?.upperBound == (1 << 18) + 1)
  }
}
