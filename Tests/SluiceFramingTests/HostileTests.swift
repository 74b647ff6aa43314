import Sluice
import SluiceTesting
import Testing

@testable import SluiceFraming

struct HostileTests {
  @Test(
    arguments: [
      ([0xFF, 0xFF], .prefixed(.uint16(), longest: 1_000), .tooLong(claimed: 65_535, longest: 1_000)),
      ([0xFF, 0xFF, 0xFF, 0xFF], .prefixed(.uint32()), .tooLong(claimed: 0xFFFF_FFFF, longest: 65_536)),
      ([UInt8](repeating: 0xFF, count: 8), .prefixed(.uint64()), .tooLong(claimed: .max, longest: 65_536)),
      ([UInt8](repeating: 0xFF, count: 9) + [1], .prefixed(.varint), .tooLong(claimed: .max, longest: 65_536)),
      ([UInt8](repeating: 0xFF, count: 9) + [2], .prefixed(.varint), .badVarint),
      ([UInt8](repeating: 0x80, count: 10), .prefixed(.varint), .badVarint),
      ([0, 1], .prefixed(.uint16(), countsItself: true), .impossibleLength(claimed: 1, prefix: 2)),
      ([0, 0, 0, 0], .prefixed(.uint32(), countsItself: true), .impossibleLength(claimed: 0, prefix: 4)),
    ] as [([UInt8], FrameFormat, FrameError)])
  func `a hostile length is refused as soon as it is there, and again`(
    bytes: [UInt8], format: FrameFormat, error: FrameError
  ) throws {
    var reader = FrameReader(format)
    var input = EventBuffer()
    for byte in bytes.dropLast() {
      input.append([byte])
      #expect(try reader.take(from: &input) == nil)
      #expect(reader.needed <= bytes.count)
    }
    input.append([bytes[bytes.count - 1]])
    for _ in 0..<2 { #expect(throws: error) { _ = try reader.next(from: &input) } }
    #expect(input.bytes() == bytes, "nothing was taken")
  }

  @Test func `the longest frame is taken, and one byte more is not`() throws {
    for format in FrameFormat.all {
      let longest = [UInt8](repeating: 0x61, count: format.longest)
      #expect(try read([format.wire([longest])], format) == [longest])
      #expect(throws: FrameError.tooLong(claimed: UInt64(format.longest + 1), longest: format.longest)) {
        try format.wire([longest + [0x61]])
      }
      guard let wire = try? format.longer.wire([longest + [0x61]]) else { continue }
      #expect(throws: FrameError.tooLong(claimed: UInt64(format.longest + 1), longest: format.longest)) {
        try read([wire], format)
      }
    }
    #expect(FrameFormat.prefixed(.uint8).longest == 255)
    #expect(FrameFormat.prefixed(.uint8, countsItself: true).longest == 254)
    #expect(FrameFormat.prefixed(.uint16(), longest: 1 << 20).longest == 65_535)
    #expect(FrameFormat.lines(longest: -1).longest == 0)
  }

  @Test(arguments: FrameFormat.LineEnding.allCases) func `a line without an end is refused when it is too long`(
    ending: FrameFormat.LineEnding
  ) throws {
    var reader = FrameReader(.lines(ending, longest: 10))
    var input = EventBuffer()
    input.append("0123456789")
    #expect(try reader.take(from: &input) == nil)
    input.append("xx")
    #expect(throws: FrameError.tooLong(claimed: 11, longest: 10)) { _ = try reader.next(from: &input) }
  }

  @Test func `a line with a line end inside cannot be written`() {
    #expect(throws: FrameError.lineEndInside(at: 1)) { try FrameFormat.lines(.lf).wire([Array("a\nb".utf8)]) }
    #expect(throws: FrameError.lineEndInside(at: 1)) { try FrameFormat.lines(.crlf).wire([Array("a\r\nb".utf8)]) }
    #expect(throws: FrameError.lineEndInside(at: 0)) { try FrameFormat.lines(.nul).wire([[0]]) }
  }

  @Test(arguments: 0..<10 as Range<UInt64>) func `garbage gives frames within the limit, or an error`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for format in FrameFormat.all {
      for _ in 0..<10 {
        let bytes = (0..<Int.random(in: 0...600, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let whole = try? read([bytes], format)
        let single = try? read(bytes.map { [$0] }, format)
        #expect(whole == single)
        #expect(whole?.allSatisfy { $0.count <= format.longest } ?? true)
      }
    }
  }
}
