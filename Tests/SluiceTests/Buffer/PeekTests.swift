import Testing

@testable import Sluice

/// Rows "peek" and "peek_first_gt" of section 2.4.
struct PeekTests {
  static let ranges: [(Int, Int, [String])] = [
    (0, .max, ["abc", "d", "efgh"]), (0, 3, ["abc"]), (0, 4, ["abc", "d"]), (0, 2, ["ab"]), (1, 4, ["bc", "d", "e"]),
    (3, 1, ["d"]), (4, 100, ["efgh"]), (7, 1, ["h"]), (8, 1, []), (9, 1, []), (-1, 4, []), (0, 0, []), (0, -3, []),
  ]

  @Test(arguments: ranges)
  func `a range is visited segment by segment`(offset: Int, length: Int, expected: [String]) {
    let buffer = segmented(["abc", "d", "efgh"])
    var seen: [String] = []
    let visited = buffer.forEachSpan(from: offset, upTo: length) { span in
      seen.append(span.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
      return true
    }
    #expect(seen == expected)
    #expect(visited == expected.reduce(0) { $0 + $1.count })
    #expect(buffer.segmentCount(from: offset, upTo: length) == expected.count)
  }

  @Test(arguments: ranges, [-1, 0, 1, 2, 3, 64])
  func `a list of pointers has as many pieces as there is place for`(range: (Int, Int, [String]), maximum: Int) {
    let buffer = segmented(["abc", "d", "efgh"])
    let seen = buffer.withUnsafeSegments(maximum: maximum, from: range.0, upTo: range.1) { pieces in
      pieces.map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(seen == Array(range.2.prefix(max(maximum, 0))))
  }

  @Test func `a visit ends when it is told to`() {
    let buffer = segmented(["abc", "d", "efgh"])
    var calls = 0
    let visited = buffer.forEachSpan { _ in
      calls += 1
      return calls < 2
    }
    #expect(calls == 2)
    #expect(visited == 4)
  }

  @Test func `the first span is the first segment`() {
    let buffer = segmented(["abc", "d"])
    #expect(buffer.withFirstSpan { $0.byteCount } == 3)
    #expect(buffer.contiguousCount == 3)
    let empty = EventBuffer()
    #expect(empty.withFirstSpan { $0.byteCount } == 0)
    #expect(empty.contiguousCount == 0)
  }

  @Test func `what a visit throws is thrown on`() {
    let buffer = segmented(["abc"])
    #expect(throws: EventBufferError.refusedSize(1)) {
      try buffer.forEachSpan { _ throws(EventBufferError) in throw .refusedSize(1) }
    }
  }
}
