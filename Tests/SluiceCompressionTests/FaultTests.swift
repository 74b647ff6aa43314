import Sluice
import SluiceCompression
import SluiceTesting
import Testing

@Suite struct FaultTests {
  @Test func `a wrong check and a wrong length are told apart, behind all bytes`() throws {
    let bytes = sample(1_000)
    var wire = try encode(bytes)
    wire[wire.count - 8] ^= 1
    var run = try decode([wire])
    #expect(run.error == CompressionError(.wrongCheck, offset: wire.count - 4))
    #expect(run.bytes == bytes)
    wire[wire.count - 8] ^= 1
    wire[wire.count - 1] ^= 1
    run = try decode(wire.pieces(of: 1))
    #expect(run.error == CompressionError(.wrongLength, offset: wire.count))
    #expect(run.bytes == bytes)
    var other = try encode(bytes, .zlib())
    other[other.count - 1] ^= 1
    #expect(try decode([other], .zlib()).error == CompressionError(.wrongCheck, offset: other.count))
  }

  @Test func `faults of the header are named`() throws {
    let wire = try richMember(sample(10))
    func changed(_ place: Int, _ bits: UInt8) throws -> CompressionError? {
      var wire = wire
      wire[place] ^= bits
      return try decode([wire]).error
    }
    #expect(try changed(0, 1)?.fault == .corrupt("incorrect header check"))
    #expect(try changed(2, 1)?.fault == .corrupt("unknown compression method"))
    #expect(try changed(3, 0x80)?.fault == .corrupt("unknown header flags set"))
    #expect(try changed(5, 1)?.fault == .corrupt("header crc mismatch"))
    #expect(try changed(5, 1)?.description.contains("header crc mismatch") == true)
  }

  @Test(arguments: Compression.Format.allCases)
  func `whatever byte is corrupt, there is an error or the right bytes`(format: Compression.Format) throws {
    let bytes = sample(600)
    let settings = Compression(format)
    let wire = try encode(bytes, settings)
    for place in wire.indices {
      for bits: UInt8 in [1, 0x10, 0x80, 0xFF] {
        var wire = wire
        wire[place] ^= bits
        let whole = try decode([wire], settings)
        let split = try decode(wire.pieces(of: 1), settings)
        // What is told does not hang on how the bytes come.
        #expect(whole.bytes == split.bytes && whole.error == split.error, "byte \(place), bits \(bits)")
        if let error = whole.error { #expect(error.offset <= wire.count) }
        // A raw stream has no check that could tell.
        if format != .raw { #expect(whole.error != nil || whole.bytes == bytes, "byte \(place), bits \(bits)") }
      }
    }
  }

  @Test func `bytes ahead of a fault are delivered, and the fault is told again`() throws {
    let bytes = sample(100_000)
    var wire = try encode(bytes)
    for place in wire.count / 2..<wire.count / 2 + 64 { wire[place] = 0xFF }
    var filter = try Deflate()
    var source = EventBuffer()
    var target = EventBuffer()
    var context = FilterContext()
    source.append(wire)
    var errors: [CompressionError] = []
    for _ in 0..<50 where errors.count < 2 {
      do { _ = try filter.decode(&source, into: &target, &context) } catch let error as CompressionError {
        errors.append(error)
      }
    }
    #expect(errors.count == 2)
    #expect(errors.first == errors.last)
    #expect(target.count > bytes.count / 4)
    #expect(bytes.starts(with: target.read(upTo: bytes.count / 4)))
  }

  @Test func `noise is an error, not a hang`() throws {
    for seed in 0..<50 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let noise = (0..<400).map { _ in UInt8(random.next() & 255) }
      for format in Compression.Format.allCases {
        let head: [UInt8] =
          format == .gzip ? [0x1F, 0x8B, 8, UInt8(seed & 31), 0, 0, 0, 0, 0, 3] : format == .zlib ? [0x78, 0x9C] : []
        let run = try decode([head + noise], Compression(format))
        #expect(run.error != nil || run.progress == .ended)
      }
    }
  }

  @Test func `every error says what to do`() {
    let faults: [CompressionError.Fault] = [
      .corrupt("x"), .wrongCheck, .wrongLength, .needsDictionary(id: 1), .wrongDictionary(id: 1), .trailingBytes,
      .truncated,
      .expansion(ExpansionLimits(total: 5), produced: 5), .tooManyStreams(limit: 1), .outOfMemory,
      .refusedByLibrary(status: -2),
    ]
    for fault in faults {
      let words = CompressionError(fault, offset: 42).description
      #expect(words.hasSuffix("(offset 42)"))
      #expect(words.count > 50)
    }
  }
}
