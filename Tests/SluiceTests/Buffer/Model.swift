import SluiceTesting
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Two buffers and the arrays they should be equal to.
struct Model: ~Copyable {
  enum Operation: CaseIterable {
    case append, appendPieces, appendForeign, prepend, prependShort, move, movePart, prependBuffer, share, sharePart
    case slice, read, drain, readLine, readLineWithin, integer, reserve, room, extents, contiguous, allContiguous
    case copy, spans, segments, byte, search, lineEnd, peekInteger
  }

  /// One buffer, its array, and what its watcher believes its length to be.
  struct Side: ~Copyable {
    var buffer: EventBuffer
    var expected: [UInt8] = []
    let watched = Counter()
    let hasWatcher: Bool

    init(pool: SegmentPool.Pointer?, hasWatcher: Bool) {
      buffer = EventBuffer(pool: pool)
      self.hasWatcher = hasWatcher
      guard hasWatcher else { return }
      let watched = watched
      buffer.addWatcher { buffer, change in
        #expect(change.originalCount == watched.value)
        #expect(change.added + change.removed > 0)
        watched.value += change.added - change.removed
        #expect(watched.value == buffer.count)
      }
    }

    func difference() -> String? {
      if let broken = buffer.brokenInvariant() { return broken }
      if buffer.count != expected.count { return "\(buffer.count) bytes where there should be \(expected.count)" }
      if hasWatcher, watched.value != buffer.count { return "its watcher has seen \(watched.value) bytes" }
      let bytes = buffer.bytes()
      let isSame = bytes.withUnsafeBytes { mine in
        expected.withUnsafeBytes { theirs in
          zip(mine.baseAddress.map { [$0] } ?? [], theirs.baseAddress.map { [$0] } ?? [])
            .allSatisfy { memcmp($0, $1, mine.count) == 0 }
        }
      }
      return isSame ? nil : "its bytes differ"
    }
  }

  /// What makes the operations up and does them.
  struct Hand {
    var random: SeededGenerator
    let ledger: Ledger
  }

  var left: Side
  var right: Side
  var hand: Hand

  init(seed: UInt64, first: SegmentPool.Pointer?, second: SegmentPool.Pointer?, ledger: Ledger) {
    left = Side(pool: first, hasWatcher: seed % 3 != 0)
    right = Side(pool: second, hasWatcher: seed % 2 == 0)
    hand = Hand(random: SeededGenerator(seed: seed), ledger: ledger)
  }

  func difference() -> String? {
    left.difference().map { "left: \($0)" } ?? right.difference().map { "right: \($0)" }
  }

  mutating func step() throws -> Operation {
    let operation = Operation.allCases.randomElement(using: &hand.random) ?? .append
    if Bool.random(using: &hand.random) {
      try hand.apply(operation, &left, &right)
    } else {
      try hand.apply(operation, &right, &left)
    }
    // Sharing doubles, so long contents are cut now and then.
    if left.expected.count > 60_000 { Hand.drain(&left, 55_000) }
    if right.expected.count > 60_000 { Hand.drain(&right, 55_000) }
    return operation
  }
}

extension Model.Hand {
  static func drain(_ side: inout Side, _ length: Int) {
    side.buffer.drain(length)
    side.expected.removeFirst(max(0, min(length, side.expected.count)))
  }

  // MARK: Random values

  /// Mostly short, sometimes about as long as a segment, seldom longer than the longest.
  mutating func length() -> Int {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: 0
    case 1...9: Int.random(in: 1...80, using: &random)
    case 10...15: Int.random(in: 60...1_200, using: &random)
    case 16...18: Int.random(in: 1_000...5_000, using: &random)
    default: Int.random(in: 16_000...40_000, using: &random)
    }
  }

  /// Bytes of which many are line ends, so that searches find something.
  mutating func bytes(_ count: Int) -> [UInt8] {
    let alphabet: [UInt8] = [0x0A, 0x0D, 0, 0x61, 0x61, 0x62, 0x62, 0x63]
    var word: UInt64 = 0
    return (0..<count).map { index in
      if index % 16 == 0 { word = random.next() }
      let nibble = Int(word & 15)
      word >>= 4
      return nibble < 8 ? alphabet[nibble] : UInt8(truncatingIfNeeded: nibble &* 13 &+ index)
    }
  }

  /// An offset into, at, or a little behind `count` bytes, or before them.
  mutating func offset(in count: Int) -> Int { Int.random(in: -1...count + 2, using: &random) }
}
