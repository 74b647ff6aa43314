import Sluice
import SluiceCompression
import Testing

/// gzip and Python's zlib as the other side.
@Suite struct ToolTests {
  static let sizes = [0, 1, 1_000, 300_000]

  func python(_ expression: String) -> [String] {
    let code = "import sys, zlib, gzip; d = sys.stdin.buffer.read(); sys.stdout.buffer.write(\(expression))"
    return ["python3", "-c", code]
  }

  @Test(arguments: sizes)
  func `gzip reads what is written, and the other way round`(size: Int) throws {
    let bytes = sample(size)
    #expect(try run(["gzip", "-dc"], encode(bytes.pieces(of: 777))) == bytes)
    #expect(try run(["gzip", "-dc"], richMember(bytes)) == bytes)
    for level in ["-1", "-9"] {
      let wire = try run(["gzip", level, "-c"], bytes)
      #expect(try decode(wire.pieces(of: 1_000)).bytes == bytes)
    }
  }

  @Test func `members in a row are understood both ways`() throws {
    let (first, second) = (sample(5_000), sample(3_000, seed: 2))
    let ours = try encode(first) + encode([]) + richMember(second)
    #expect(try run(["gzip", "-dc"], ours) == first + second)
    #expect(try run(python("gzip.decompress(d)"), ours) == first + second)
    let theirs = try run(["gzip", "-c"], first) + run(["gzip", "-c"], []) + run(["gzip", "-c"], second)
    #expect(try decode(theirs.pieces(of: 1)).bytes == first + second)
  }

  @Test(arguments: sizes)
  func `Python reads and writes every format`(size: Int) throws {
    let bytes = sample(size)
    #expect(try run(python("zlib.decompress(d)"), encode(bytes, .zlib())) == bytes)
    #expect(try run(python("zlib.decompress(d, -15)"), encode(bytes, .raw())) == bytes)
    #expect(try run(python("gzip.decompress(d)"), encode(bytes, .gzip())) == bytes)
    #expect(try decode([run(python("zlib.compress(d, 1)"), bytes)], .zlib()).bytes == bytes)
    #expect(try decode([run(python("zlib.compress(d)[2:-4]"), bytes)], .raw()).bytes == bytes)
    #expect(try decode([run(python("gzip.compress(d)"), bytes)], .gzip()).bytes == bytes)
  }

  @Test func `Python shares a dictionary`() throws {
    let bytes = sample(2_000)
    var settings = Compression.zlib()
    settings.dictionary = Array("the quick brown fox".utf8)
    let reading = python("zlib.decompressobj(zdict=b'the quick brown fox').decompress(d)")
    #expect(try run(reading, encode(bytes, settings)) == bytes)
    let writing = python("(lambda c: c.compress(d) + c.flush())(zlib.compressobj(zdict=b'the quick brown fox'))")
    #expect(try decode([run(writing, bytes)], settings).bytes == bytes)
  }

  @Test func `gzip finds the name, and a flushed stream that goes on`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let end = try left.compressed()
    var bytes: [UInt8] = []
    for round in 0..<20 {
      let more = sample(500, seed: UInt64(round))
      bytes += more
      end.write(more)
      try base.runUntilIdle(maximumSteps: 100)
    }
    end.finish()
    try base.runUntilIdle(maximumSteps: 100)
    #expect(try run(["gzip", "-dc"], right.input.read()) == bytes)
  }

  @Test func `a bomb of another's making is stopped`() throws {
    let wire = try run(python("zlib.compress(bytes(50_000_000), 9)"), [])
    let result = try decode([wire], .zlib())
    guard case .expansion = result.error?.fault else {
      Issue.record("no expansion: \(String(describing: result.error))")
      return
    }
  }
}
