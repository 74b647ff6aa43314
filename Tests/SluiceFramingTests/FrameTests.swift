import Sluice
import SluiceTesting
import Testing

@testable import SluiceFraming

struct FrameTests {
  @Test(arguments: FrameFormat.all) func `every place to cut the input gives the same frames`(format: FrameFormat)
    throws
  {
    let frames = format.frames(6, seed: 1)
    let wire = try format.wire(frames)
    for cut in 0...wire.count {
      #expect(try read([Array(wire[..<cut]), Array(wire[cut...])], format) == frames, "cut at \(cut)")
    }
    #expect(try read(wire.map { [$0] }, format) == frames)
  }

  @Test(arguments: 0..<6 as Range<UInt64>) func `random pieces give the same frames`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for format in FrameFormat.all {
      let frames = format.frames(60, seed: seed)
      var rest = try format.wire(frames)[...]
      var pieces: [[UInt8]] = []
      while !rest.isEmpty {
        pieces.append(Array(rest.prefix(Int.random(in: 1...60, using: &random))))
        rest = rest.dropFirst(pieces[pieces.count - 1].count)
      }
      #expect(try read(pieces, format) == frames)
    }
  }

  @Test(arguments: FrameFormat.all) func `an input that ends inside of a frame is an error, at each byte`(
    format: FrameFormat
  ) throws {
    let frames = format.frames(4, seed: 3)
    let wire = try format.wire(frames)
    var whole = 0
    let ends = [0] + (1...frames.count).map { (try? format.wire(Array(frames.prefix($0))).count) ?? -1 }
    for count in 0...wire.count {
      if ends.contains(count) {
        whole += 1
        #expect(try read([Array(wire[..<count])], format).count == whole - 1)
      } else {
        #expect(throws: FrameError.self) { try read([Array(wire[..<count])], format) }
      }
    }
    #expect(whole == 5)
  }

  @Test func `the error of a cut says how much was there, and how much was needed`() throws {
    let wire = try FrameFormat.prefixed(.uint16()).wire([[1, 2, 3]])
    #expect(throws: FrameError.truncated(have: 4, needed: 5)) {
      try read([Array(wire.prefix(4))], .prefixed(.uint16()))
    }
    #expect(throws: FrameError.truncated(have: 1, needed: 2)) { try read([[0]], .prefixed(.uint16())) }
    #expect(throws: FrameError.truncated(have: 3, needed: 4)) { try read([Array("abc".utf8)], .lines()) }
  }

  @Test func `lengths are written as the format has them`() throws {
    let frame = [UInt8](repeating: 7, count: 300)
    let starts: [(FrameFormat, [UInt8])] = [
      (.prefixed(.uint16()), [1, 44]), (.prefixed(.uint16(.little)), [44, 1]), (.prefixed(.uint32()), [0, 0, 1, 44]),
      (.prefixed(.uint64(.little)), [44, 1, 0, 0, 0, 0, 0, 0]), (.prefixed(.varint), [0xAC, 2]),
      (.prefixed(.uint16(), countsItself: true), [1, 46]), (.prefixed(.varint, countsItself: true), [0xAC, 2]),
    ]
    for (format, start) in starts { #expect(try format.wire([frame]) == start + frame) }
    #expect(try FrameFormat.lines().wire([[0x61], []]) == Array("a\r\n\r\n".utf8))
    #expect(try FrameFormat.lines(.lf).wire([[0x61], []]) == Array("a\n\n".utf8))
    #expect(try FrameFormat.lines(.nul).wire([[0x61], []]) == [0x61, 0, 0])
  }

  @Test func `line ends are told apart`() throws {
    let wire = Array("a\nb\r\nc\r\r\n".utf8)
    let lines = { (ending: FrameFormat.LineEnding) in
      try read([wire], .lines(ending)).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(try lines(.lf) == ["a", "b\r", "c\r\r"])
    #expect(try lines(.crlfOrLF) == ["a", "b", "c\r"])
    #expect(try lines(.crlf) == ["a\nb", "c\r"])
    #expect(throws: FrameError.self) { try lines(.nul) }
  }

  @Test func `frames are moved out, not copied, where they fill segments`() throws {
    var input = EventBuffer()
    input.append([0, 0, 0xC0, 0])
    let payload = UnsafeMutableRawBufferPointer.allocate(byteCount: 0xC000, alignment: 1)
    payload.initializeMemory(as: UInt8.self, repeating: 7)
    try input.append(foreign: UnsafeRawBufferPointer(payload)) { payload.deallocate() }
    var reader = FrameReader(.prefixed(.uint32()))
    guard let frame = try reader.next(from: &input) else {
      Issue.record("no frame")
      return
    }
    #expect(frame.withFirstSpan { $0.withUnsafeBytes { $0.baseAddress } } == UnsafeRawPointer(payload.baseAddress))
  }
}
