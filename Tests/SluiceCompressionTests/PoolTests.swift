import Sluice
import SluiceCompression
import Testing

@Suite struct PoolTests {
  @Test func `a filter has no stream before the first byte, and none behind the last`() throws {
    let pool = CompressionPool()
    var filter = try Deflate(.gzip(), pool: pool)
    #expect(pool.made == 0)
    var source = EventBuffer()
    var wire = EventBuffer()
    var back = EventBuffer()
    var context = FilterContext()
    #expect(try filter.encode(&source, into: &wire, &context) == .needsMore)
    #expect(pool.made == 0)
    source.append("hello")
    _ = try filter.encode(&source, into: &wire, &context)
    #expect(pool.made == 1)
    #expect(pool.usedBytes > 256 << 10)
    context.mode = .finished
    #expect(try filter.encode(&source, into: &wire, &context) == .ended)
    #expect(pool.usedBytes == 0)
    while try filter.decode(&wire, into: &back, &context) == .moved {}
    #expect(back.string() == "hello")
    #expect(pool.usedBytes == 0)
    #expect(pool.made == 2)
    #expect(pool.idleBytes > 256 << 10)
  }

  @Test func `streams are used again by filters of the same settings, as if they were new`() throws {
    let pool = CompressionPool()
    let bytes = sample(50_000)
    for format in Compression.Format.allCases {
      let fresh = try encode([bytes], Compression(format))
      for _ in 0..<3 {
        #expect(try encode([bytes], Compression(format), pool: pool) == fresh)
        #expect(try decode([fresh], Compression(format), pool: pool).bytes == bytes)
      }
    }
    #expect(pool.made == 6)
    #expect(pool.reused == 12)
    _ = try encode([bytes], .gzip(level: 1), pool: pool)
    #expect(pool.made == 7)
  }

  @Test func `header fields, dictionaries and half a stream leave nothing behind in a stream`() throws {
    let pool = CompressionPool()
    let bytes = sample(5_000)
    var rich = Compression.gzip()
    rich.header = GzipHeader(name: "secret.txt", hasCheck: true)
    _ = try encode([bytes], rich, pool: pool)
    #expect(try encode([bytes], .gzip(), pool: pool) == encode([bytes]))
    var known = Compression.zlib()
    known.dictionary = Array(bytes.prefix(1_000))
    _ = try encode([bytes], known, pool: pool)
    #expect(try encode([bytes], .zlib(), pool: pool) == encode([bytes], .zlib()))
    let wire = try encode(bytes)
    _ = try decode([Array(wire.prefix(500))], pool: pool)
    _ = try decode([wire + [1]], pool: pool)
    #expect(try decode([wire], pool: pool).bytes == bytes)
    #expect(pool.made == 3)
    #expect(pool.usedBytes == 0)
  }

  @Test func `what is kept is capped, and goes in the order it came`() throws {
    let pool = CompressionPool(keeping: 300_000)
    let bytes = sample(100)
    for level in 1...5 {
      _ = try encode([bytes], .gzip(level: level), pool: pool)
      #expect(pool.idleBytes <= 300_000)
    }
    #expect(pool.made == 5)
    _ = try encode([bytes], .gzip(level: 5), pool: pool)
    #expect(pool.reused == 1)
    pool.drain()
    #expect(pool.idleBytes == 0)
  }

  @Test func `a limit on streams in use stops those that are too many, and makes room from idle ones`() throws {
    let pool = CompressionPool(limit: 600_000)
    let base = EventBase(clock: .virtual)
    _ = try encode([[1]], .zlib(level: 9), pool: pool)
    var ends: [BufferEvent] = []
    var errors: [String] = []
    for _ in 0..<3 {
      let (left, right) = base.pair()
      let end = try left.filtered(by: Deflate(.gzip(), pool: pool))
      end.onEvent = { _, event in if case .error(let error) = event { errors.append("\(error)") } }
      end.write("hello")
      ends += [end, right]
    }
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(errors.count == 1)
    #expect(errors.first?.contains("the pool's limit of 600000 bytes") == true)
    #expect(pool.idleBytes == 0)
    #expect(pool.usedBytes <= 600_000)
  }

  @Test func `a limit that is lowered holds for streams that are idle`() throws {
    let pool = CompressionPool()
    _ = try encode([[1]], .gzip(), pool: pool)
    pool.limit = 1_000
    #expect(throws: CompressionError(.tooManyStreams(limit: 1_000), offset: 0)) {
      try encode([[1]], .gzip(), pool: pool)
    }
  }

  @Test func `a base has one pool, and dropped events give their streams back to it`() throws {
    let base = EventBase(clock: .virtual)
    for _ in 0..<10 {
      let (left, right) = base.pair()
      let (sender, receiver) = (try left.compressed(), try right.compressed())
      sender.write("hello")
      try base.runUntilIdle(maximumSteps: 1_000)
      #expect(receiver.input.string() == "hello")
      sender.abort()
    }
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(base.compressionPool.made == 2)
    #expect(base.compressionPool.reused == 18)
    #expect(base.compressionPool.usedBytes == 0)
    #expect(base.ledger.isBalanced)
  }
}
