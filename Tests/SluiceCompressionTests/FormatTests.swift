import Sluice
import SluiceCompression
import Testing

/// The filter as a plain value, without a base.
@Suite struct FormatTests {
  @Test(arguments: Compression.Format.allCases, [-1, 0, 1, 6, 9])
  func `what is compressed comes back`(format: Compression.Format, level: Int) throws {
    let bytes = sample(200_000)
    let settings = Compression(format, level: level)
    let wire = try encode(bytes, settings)
    let run = try decode([wire], settings)
    #expect(run.bytes == bytes)
    #expect(run.error == nil)
    #expect(run.progress == .ended)
    if level != 0 { #expect(wire.count < bytes.count) }
  }

  @Test(arguments: Compression.Strategy.allCases, [9, 12, 15])
  func `strategies and windows come back`(strategy: Compression.Strategy, bits: Int) throws {
    let bytes = sample(100_000)
    var settings = Compression.zlib()
    settings.strategy = strategy
    settings.windowBits = bits
    settings.memoryLevel = bits == 15 ? 9 : 1
    #expect(try decode([encode(bytes, settings)], settings).bytes == bytes)
  }

  @Test(arguments: Compression.Format.allCases)
  func `an end without a byte is a stream of its own`(format: Compression.Format) throws {
    let wire = try encode([], Compression(format))
    #expect(!wire.isEmpty)
    let run = try decode([wire], Compression(format))
    #expect(run.bytes.isEmpty)
    #expect(run.progress == .ended)
  }

  @Test(arguments: Compression.Format.allCases)
  func `an input without a byte is an empty one`(format: Compression.Format) throws {
    let run = try decode([], Compression(format))
    #expect(run.error == nil)
    #expect(run.progress == .ended)
  }

  @Test(arguments: Compression.Format.allCases, [1, 2, 7, 300])
  func `limits are kept to the byte in both directions`(format: Compression.Format, limit: Int) throws {
    let bytes = sample(3_000) + [UInt8](repeating: 9, count: 3_000)
    let settings = Compression(format)
    var filter = try Deflate(settings)
    var source = EventBuffer()
    var wire = EventBuffer()
    var back = EventBuffer()
    source.append(bytes)
    var context = FilterContext(limit: limit, mode: .finished)
    var progress = Progress.moved
    while progress == .moved {
      let had = wire.count
      progress = try filter.encode(&source, into: &wire, &context)
      #expect(wire.count - had <= limit)
    }
    progress = .moved
    while progress == .moved {
      let had = back.count
      progress = try filter.decode(&wire, into: &back, &context)
      #expect(back.count - had <= limit)
    }
    #expect(progress == .ended)
    #expect(back.read() == bytes)
  }

  @Test func `output that found no room keeps a byte in the source, so that the caller comes again`() throws {
    // A run of zeros: the last byte of the wire makes far more than the limit.
    var filter = try Deflate(.raw())
    var source = EventBuffer()
    var wire = EventBuffer()
    var back = EventBuffer()
    source.append([UInt8](repeating: 0, count: 1_000))
    var context = FilterContext(mode: .flush)
    _ = try filter.encode(&source, into: &wire, &context)
    context.limit = 10
    context.mode = .normal
    var calls = 0
    while back.count < 1_000, calls < 200 {
      #expect(wire.count > 0)
      #expect(try filter.decode(&wire, into: &back, &context) == .moved)
      calls += 1
    }
    #expect(back.count == 1_000)
    _ = try filter.decode(&wire, into: &back, &context)
    #expect(wire.count == 0)
    #expect(back.count == 1_000)
  }

  @Test func `a direction that is not named passes its bytes on`() throws {
    var settings = Compression.gzip()
    settings.directions = .write
    let bytes = sample(1_000)
    #expect(try decode([bytes], settings).bytes == bytes)
    #expect(try decode([encode(bytes, settings)]).bytes == bytes)
    settings.directions = .read
    #expect(try encode(bytes, settings) == bytes)
    #expect(try decode([encode(bytes)], settings).bytes == bytes)
  }

  @Test(arguments: [Compression.Format.zlib, .raw])
  func `a dictionary is used by both ends`(format: Compression.Format) throws {
    let words = Array("the quick brown fox jumps over the lazy dog".utf8)
    var settings = Compression(format)
    let plain = try encode(words, settings)
    settings.dictionary = words
    let wire = try encode(words, settings)
    #expect(wire.count < plain.count - 20)
    #expect(try decode(wire.pieces(of: 1), settings).bytes == words)
  }

  @Test func `a dictionary that is missing or wrong is named`() throws {
    var settings = Compression.zlib()
    settings.dictionary = Array("Wikipedia".utf8)
    let wire = try encode(sample(100), settings)
    let missing = try decode([wire], .zlib())
    #expect(missing.error?.fault == .needsDictionary(id: 0x11E6_0398))
    #expect(missing.error?.offset == 6)
    settings.dictionary = Array("other".utf8)
    #expect(try decode([wire], settings).error?.fault == .wrongDictionary(id: 0x11E6_0398))
  }
}
