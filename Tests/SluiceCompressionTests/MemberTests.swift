import Sluice
import SluiceCompression
import Testing

/// Concatenated gzip members, their headers and trailers: netty#10875, netty#16951, tornado#3560, bun#31522, NIOExtras#176.
@Suite struct MemberTests {
  /// A member with all header fields, one of nothing, one with stored blocks, one that is plain.
  func corpus() throws -> (wire: [UInt8], bytes: [UInt8]) {
    let (first, second, third) = (sample(90), sample(40, seed: 2), sample(50, seed: 3))
    let wire = try richMember(first) + encode([]) + encode(second, .gzip(level: 0)) + richMember([]) + encode(third)
    return (wire, first + second + third)
  }

  @Test(arguments: [Int.max, 1, 3])
  func `members with every field come out in one go and byte by byte`(limit: Int) throws {
    let (wire, bytes) = try corpus()
    for length in [wire.count, 1, 2, 3, 5] {
      let run = try decode(wire.pieces(of: length), limit: limit)
      #expect(run.error == nil, "pieces of \(length)")
      #expect(run.bytes == bytes, "pieces of \(length)")
      #expect(run.progress == .ended)
    }
  }

  @Test func `members may be split in two at any byte`() throws {
    let (wire, bytes) = try corpus()
    for place in 0...wire.count {
      let run = try decode([Array(wire[..<place]), Array(wire[place...])])
      #expect(run.error == nil && run.bytes == bytes, "split at \(place)")
    }
  }

  @Test func `an input that ends inside a member is cut off, at every place, with all bytes before`() throws {
    let (wire, bytes) = try corpus()
    var ends: Set<Int> = [0]
    for length in try [
      richMember(sample(90)), encode([]), encode(sample(40, seed: 2), .gzip(level: 0)), richMember([]),
    ]
    .map(\.count) {
      ends.insert((ends.max() ?? 0) + length)
    }
    for place in 0..<wire.count {
      let run = try decode([Array(wire[..<place])])
      if ends.contains(place) {
        #expect(run.error == nil, "cut at \(place)")
        #expect(run.progress == .ended)
      } else {
        #expect(run.error == CompressionError(.truncated, offset: place), "cut at \(place)")
      }
      #expect(bytes.starts(with: run.bytes))
    }
  }

  @Test func `a truncated stream gives the bytes that are complete`() throws {
    let bytes = sample(50_000)
    for format in Compression.Format.allCases {
      let wire = try encode(bytes, Compression(format))
      let run = try decode([Array(wire.dropLast(8))], Compression(format))
      #expect(run.error?.fault == .truncated)
      #expect(run.bytes.count > bytes.count / 2)
      #expect(bytes.starts(with: run.bytes))
    }
  }

  @Test(arguments: Compression.Format.allCases, [1, 2, 1_000])
  func `trailing bytes are refused where they begin`(format: Compression.Format, length: Int) throws {
    let bytes = sample(500)
    let wire = try encode(bytes, Compression(format))
    for tail in [[UInt8](repeating: 0, count: 20), [0x1F, 0x8C, 8, 0], Array("trailing".utf8)] {
      let run = try decode((wire + tail).pieces(of: length), Compression(format))
      #expect(run.error == CompressionError(.trailingBytes, offset: wire.count))
      #expect(run.bytes == bytes)
    }
  }

  @Test(arguments: Compression.Format.allCases, [1, 2, 1_000])
  func `trailing bytes are ignored where that is asked for, and never spun on`(
    format: Compression.Format, length: Int
  ) throws {
    let bytes = sample(500)
    var settings = Compression(format)
    settings.trailingBytes = .ignored
    let wire = try encode(bytes, settings)
    for tail in [[UInt8](repeating: 0, count: 20), [0x1F, 0x8C, 8, 0], wire.map { ~$0 }] {
      let pieces = (wire + tail).pieces(of: length)
      let run = try decode(pieces, settings)
      #expect(run.error == nil)
      #expect(run.bytes == bytes)
      #expect(run.progress == .ended)
      #expect(run.calls <= pieces.count * 2 + 2)
    }
  }

  @Test func `the fields of the first header are announced, and no others`() throws {
    var settings = Compression.gzip()
    settings.announcesHeader = true
    let (wire, _) = try corpus()
    for length in [1, wire.count] {
      let run = try decode(wire.pieces(of: length), settings)
      let header = try #require(run.notices.first)
      #expect(run.notices.count == 1)
      #expect(header.name == "name.txt")
      #expect(header.comment == "déjà vu")
      #expect(header.extra == [0x41, 0x42, 2, 0, 7, 8])
      #expect(header.modificationTime == 1_234_567_890)
      #expect(header.operatingSystem == 3)
      #expect(header.isText && header.hasCheck && !header.isCut)
    }
    #expect(try decode([wire]).notices.isEmpty)
    #expect(try decode([encode([])], settings).notices == [GzipHeader()])
  }

  @Test func `long names and comments are cut, the longest extra field is kept`() throws {
    var settings = Compression.gzip()
    settings.announcesHeader = true
    let extra = sample(65_535)
    settings.header = GzipHeader(
      name: String(repeating: "n", count: 1_023), comment: String(repeating: "c", count: 100_000), extra: extra)
    let wire = try encode(sample(10), settings)
    let run = try decode(wire.pieces(of: 1_000), settings)
    let header = try #require(run.notices.first)
    #expect(header.name?.count == 1_023)
    #expect(header.comment == String(repeating: "c", count: GzipHeader.longestComment))
    #expect(header.extra == extra)
    #expect(header.isCut)
    #expect(run.bytes == sample(10))
  }
}
