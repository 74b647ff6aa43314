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
    var progress = FilterProgress.moved
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

  /// A caller with an empty source does not come again, so zlib must not sit on output that found no room.
  @Test(arguments: [1, 10, 257])
  func `output that found no room keeps a byte in the source, so that the caller comes again`(limit: Int) throws {
    let all = try encode([UInt8](repeating: 0, count: 20_000), .raw())
    for length in 1..<all.count {
      let wire = Array(all.prefix(length))
      let bytes = try decode([wire], .raw(), ends: false).bytes
      var filter = try Deflate(.raw())
      var source = EventBuffer()
      var target = EventBuffer()
      source.append(wire)
      var context = FilterContext(limit: limit)
      while source.count > 0 { _ = try filter.decode(&source, into: &target, &context) }
      #expect(target.read() == bytes, "\(length) bytes")
    }
  }

  @Test func `a flush that found no room goes on when the filter is woken`() throws {
    var settings = Compression.raw()
    settings.flushing = .pending(kibibytes: 1)
    var filter = try Deflate(settings)
    var source = EventBuffer()
    var wire = EventBuffer()
    let bytes = sample(1_024)
    source.append(bytes)
    var context = FilterContext(limit: 10)
    #expect(try filter.encode(&source, into: &wire, &context) == .moved)
    #expect(source.count == 0)
    #expect(wire.count == 10)
    let isAsking = context.wantsWake
    #expect(isAsking)
    try filter.wake(&context)
    wire.append(&context.reply)
    #expect(try decode([wire.read()], .raw(), ends: false).bytes == bytes)
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
