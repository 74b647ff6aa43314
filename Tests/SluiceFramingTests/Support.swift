import Sluice
import SluiceTesting
import Testing

@testable import SluiceFraming

extension FrameFormat {
  static let all: [FrameFormat] =
    LineEnding.allCases.map { .lines($0, longest: 400) }
    + [
      Prefix.uint16(.big), .uint16(.little), .uint32(.big), .uint32(.little), .uint64(.big), .uint64(.little), .varint,
    ]
    .flatMap { [.prefixed($0, longest: 400), .prefixed($0, countsItself: true, longest: 400)] }
    + [.prefixed(.uint8), .prefixed(.uint8, countsItself: true)]

  /// The same with longer frames, as far as there are any.
  var longer: FrameFormat {
    switch kind {
    case .lines(let ending): .lines(ending, longest: longest + 1)
    case .prefixed(let prefix, let countsItself): .prefixed(prefix, countsItself: countsItself, longest: longest + 1)
    }
  }

  var isLines: Bool { if case .lines = kind { true } else { false } }

  func wire(_ frames: [[UInt8]]) throws -> [UInt8] {
    var output = EventBuffer()
    for frame in frames { try append(frame, to: &output) }
    return output.read()
  }

  /// Frames of all lengths, empty and longest ones too; those that are lines have no line end inside.
  func frames(_ count: Int, seed: UInt64) -> [[UInt8]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { index in
      let length = index == 0 ? 0 : index == 1 ? longest : Int.random(in: 0...min(longest, 40), using: &random)
      return (0..<length).map { _ in
        let byte = UInt8(truncatingIfNeeded: random.next())
        return isLines && [0, 0x0A, 0x0D].contains(byte) ? 0x20 : byte
      }
    }
  }
}

extension FrameReader {
  /// The next frame, as bytes.
  mutating func take(from input: inout EventBuffer) throws -> [UInt8]? {
    guard var frame = try next(from: &input) else { return nil }
    return frame.read()
  }
}

/// What a reader gives of pieces that come one after the other.
func read(_ pieces: [[UInt8]], _ format: FrameFormat) throws -> [[UInt8]] {
  var reader = FrameReader(format)
  var input = EventBuffer()
  var frames: [[UInt8]] = []
  for piece in pieces {
    input.append(piece)
    while let frame = try reader.take(from: &input) { frames.append(frame) }
    #expect(input.count < reader.needed)
  }
  try reader.checkEnd(of: input)
  return frames
}
