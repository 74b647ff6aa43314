import SluiceTesting
import Testing

@testable import Sluice

extension Model.Hand {
  typealias Side = Model.Side

  mutating func apply(_ operation: Model.Operation, _ side: inout Side, _ other: inout Side) throws {
    switch operation {
    case .append, .appendPieces, .appendForeign, .prepend, .prependShort, .integer: try add(operation, &side)
    case .move, .movePart, .prependBuffer, .share, .sharePart, .slice: try exchange(operation, &side, &other)
    case .read, .drain, .readLine, .readLineWithin: take(operation, &side)
    case .reserve, .room, .extents: try write(operation, &side)
    case .contiguous, .allContiguous, .copy, .spans, .segments: try look(operation, &side)
    case .byte, .search, .lineEnd, .peekInteger: find(operation, &side)
    }
  }

  private mutating func add(_ operation: Model.Operation, _ side: inout Side) throws {
    let added = bytes(length())
    switch operation {
    case .appendPieces:
      let cut = Int.random(in: 0...added.count, using: &random)
      let appended = added.withUnsafeBytes { all in
        side.buffer.append(pieces: [.init(rebasing: all[..<cut]), .init(rebasing: all[cut...])])
      }
      #expect(appended == added.count)
      side.expected += added
    case .appendForeign:
      let ledger = ledger
      ledger.adopted += 1
      adopt(added, into: &side.buffer) { ledger.released += 1 }
      side.expected += added
    case .prepend, .prependShort:
      let front = operation == .prepend ? added : Array(added.prefix(8))
      side.buffer.prepend(front)
      side.expected = front + side.expected
    case .integer:
      let value = random.next()
      side.buffer.appendInteger(value)
      side.expected += (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    default:
      side.buffer.append(added)
      side.expected += added
    }
  }

  private mutating func exchange(_ operation: Model.Operation, _ side: inout Side, _ other: inout Side) throws {
    let offset = offset(in: other.expected.count)
    let length = length()
    switch operation {
    case .movePart:
      let moved = side.buffer.append(upTo: length, from: &other.buffer)
      #expect(moved == min(length, other.expected.count))
      side.expected += other.expected.prefix(length)
      other.expected.removeFirst(moved)
    case .share, .sharePart:
      let (from, upTo) = operation == .share ? (0, Int.max) : (offset, length)
      let part = Self.part(other.expected, from, upTo)
      let shared = try side.buffer.append(sharing: &other.buffer, from: from, upTo: upTo)
      #expect(shared == part.count)
      side.expected += part
    case .slice:
      var slice = other.buffer.slice(from: offset, upTo: length)
      #expect(slice.brokenInvariant() == nil)
      side.expected = Self.part(other.expected, offset, length) + side.expected
      side.buffer.prepend(&slice)
    case .prependBuffer:
      side.buffer.prepend(&other.buffer)
      side.expected = other.expected + side.expected
      other.expected = []
    default:
      side.buffer.append(&other.buffer)
      side.expected += other.expected
      other.expected = []
    }
  }

  private mutating func take(_ operation: Model.Operation, _ side: inout Side) {
    let length = length()
    let style = EventBuffer.LineStyle.allCases.randomElement(using: &random) ?? .crlf
    switch operation {
    case .read:
      let read = side.buffer.read(upTo: length)
      #expect(read == Array(side.expected.prefix(length)))
      side.expected.removeFirst(read.count)
    case .readLine, .readLineWithin:
      let end = Self.lineEnd(style, side.expected)
      let line = end.map { Array(side.expected[..<$0.offset]) }
      if operation == .readLine {
        let read = side.buffer.readLineBytes(style)
        #expect(read == line)
      } else {
        // A limit that is not far from the line's length.
        let maximum = max(0, (end?.offset ?? side.expected.count) + Int.random(in: -2...2, using: &random))
        let read = try? side.buffer.readLine(style, maximum: maximum)
        let isAllowed = end.map { $0.offset <= maximum } ?? false
        #expect(read == (isAllowed ? line.map { String(decoding: $0, as: UTF8.self) } : nil))
        guard isAllowed else { return }
      }
      if let end { side.expected.removeFirst(end.offset + end.length) }
    default:
      Self.drain(&side, length)
    }
  }

  private mutating func write(_ operation: Model.Operation, _ side: inout Side) throws {
    let length = length()
    let written = bytes(Int.random(in: 0...length, using: &random))
    switch operation {
    case .reserve:
      try side.buffer.reserve(length) { span in
        for byte in written { span.append(byte, as: UInt8.self) }
      }
    case .room:
      try side.buffer.withRoom(atLeast: length) { room in
        #expect(room.count >= length)
        room.copyBytes(from: written)
        return written.count
      }
    default:
      let maximum = Int.random(in: 1...4, using: &random)
      try side.buffer.withExtents(atLeast: length, maximum: maximum) { extents in
        #expect(extents.count <= maximum)
        var rest = written[...]
        for extent in extents {
          extent.copyBytes(from: rest.prefix(extent.count))
          rest = rest.dropFirst(extent.count)
        }
        return written.count - rest.count
      }
    }
    side.expected += written
  }

  private mutating func look(_ operation: Model.Operation, _ side: inout Side) throws {
    let (offset, length) = (offset(in: side.expected.count), length())
    let part = Self.part(side.expected, offset, length)
    switch operation {
    case .contiguous:
      let wanted = min(length, side.expected.count)
      let read = try side.buffer.withContiguous(wanted) { span in span.withUnsafeBytes { Array($0) } }
      #expect(read == Array(side.expected.prefix(wanted)))
    case .allContiguous:
      try side.buffer.makeContiguous()
      #expect(side.buffer.contiguousCount == side.expected.count)
    case .spans:
      var seen: [UInt8] = []
      side.buffer.forEachSpan(from: offset, upTo: length) { span in
        span.withUnsafeBytes { seen += $0 }
        return true
      }
      #expect(seen == part)
    case .segments:
      let maximum = Int.random(in: 0...5, using: &random)
      let seen = side.buffer.withUnsafeSegments(maximum: maximum, from: offset, upTo: length) { $0.flatMap { $0 } }
      #expect(seen == Array(part.prefix(seen.count)))
      if side.buffer.segmentCount(from: offset, upTo: length) <= maximum { #expect(seen == part) }
    default:
      #expect(side.buffer.bytes(from: offset, upTo: length) == part)
    }
  }

  private mutating func find(_ operation: Model.Operation, _ side: inout Side) {
    let (offset, length) = (offset(in: side.expected.count), length())
    let part = Self.part(side.expected, offset, length)
    switch operation {
    case .byte:
      let byte = bytes(1)[0]
      #expect(
        side.buffer.firstIndex(of: byte, from: offset, upTo: length) == part.firstIndex(of: byte).map { $0 + offset })
    case .search:
      // Half of the time something that is there, somewhere.
      let start = max(0, self.offset(in: side.expected.count))
      let size = Int.random(in: 1...(Bool.random(using: &random) ? 3 : 300), using: &random)
      let there = Self.part(side.expected, start, size)
      let sought = there.isEmpty || Bool.random(using: &random) ? bytes(2) : there
      let expected = Self.first(sought, in: part).map { $0 + offset..<$0 + offset + sought.count }
      #expect(side.buffer.firstRange(of: sought, from: offset, upTo: length) == expected)
    case .lineEnd:
      let style = EventBuffer.LineStyle.allCases.randomElement(using: &random) ?? .crlf
      let from = max(0, offset)
      let end = Self.lineEnd(style, Array(side.expected.dropFirst(from)))
        .map { EventBuffer.LineEnd(offset: $0.offset + from, length: $0.length) }
      #expect(side.buffer.lineEnd(style, from: from) == end)
      let known = end.map { Int.random(in: 0...$0.offset - from, using: &random) } ?? side.expected.count
      #expect(side.buffer.lineEnd(style, from: from, searched: known) == end)
    default:
      let four = Self.part(side.expected, offset, 4)
      let value = four.count < 4 ? nil : four.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      #expect(side.buffer.peekInteger(at: offset, as: UInt32.self) == value)
    }
  }

  // MARK: The same on arrays, as simply as can be

  static func part(_ bytes: [UInt8], _ offset: Int, _ length: Int) -> [UInt8] {
    guard offset >= 0, offset < bytes.count, length > 0 else { return [] }
    return Array(bytes[offset..<offset + min(length, bytes.count - offset)])
  }

  static func first(_ sought: [UInt8], in bytes: [UInt8]) -> Int? {
    guard sought.count <= bytes.count else { return nil }
    return (0...bytes.count - sought.count).first { start in
      bytes[start] == sought[0] && bytes[start..<start + sought.count].elementsEqual(sought)
    }
  }

  static func lineEnd(_ style: EventBuffer.LineStyle, _ bytes: [UInt8]) -> EventBuffer.LineEnd? {
    let newline = UInt8(ascii: "\n")
    let carriageReturn = UInt8(ascii: "\r")
    switch style {
    case .lf: return bytes.firstIndex(of: newline).map { .init(offset: $0, length: 1) }
    case .nul: return bytes.firstIndex(of: 0).map { .init(offset: $0, length: 1) }
    case .crlfStrict: return first([carriageReturn, newline], in: bytes).map { .init(offset: $0, length: 2) }
    case .crlf:
      guard let end = bytes.firstIndex(of: newline) else { return nil }
      let hasReturn = end > 0 && bytes[end - 1] == carriageReturn
      return .init(offset: hasReturn ? end - 1 : end, length: hasReturn ? 2 : 1)
    case .any:
      guard let start = bytes.firstIndex(where: { $0 == newline || $0 == carriageReturn }) else { return nil }
      return .init(offset: start, length: bytes[start...].prefix { $0 == newline || $0 == carriageReturn }.count)
    }
  }
}
