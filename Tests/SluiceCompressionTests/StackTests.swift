import Sluice
import SluiceCompression
import Testing

/// Over pairs, in virtual time.
@Suite struct StackTests {
  let base = EventBase(clock: .virtual)

  func stack(_ settings: Compression = .gzip()) throws -> (BufferEvent, BufferEvent, wire: BufferEvent) {
    let (left, right) = base.pair()
    return (try left.compressed(settings), try right.compressed(settings), right)
  }

  @Test func `what is written in one round is flushed once, when it ends`() throws {
    let (left, right) = base.pair()
    let end = try left.compressed()
    for _ in 0..<100 { end.write("a word ") }
    // Nothing but zlib's first bytes, the header, before the round is over.
    #expect(right.input.count <= 10)
    try base.runUntilIdle(maximumSteps: 100)
    let wire = right.input.bytes()
    #expect(wire.suffix(4) == [0, 0, 0xFF, 0xFF])
    let all = String(repeating: "a word ", count: 100)
    #expect(try decode([wire], ends: false).bytes == Array(all.utf8))
    #expect(wire.count < 50)
    // An idle end sends nothing more: no flush of nothing.
    try base.run(for: .seconds(60))
    #expect(right.input.count == wire.count)
  }

  @Test func `a conversation goes to and fro`() throws {
    let (client, server, _) = try stack()
    server.onRead = { $0.write(&$0.input) }
    var got = ""
    client.onRead = { event in
      got += event.input.readString()
      if got.count < 500 { event.write("again ") }
    }
    client.write("hello ")
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(got.hasPrefix("hello again again "))
    #expect(got.count >= 500)
  }

  @Test func `a size policy flushes when so much is pending, and not before`() throws {
    var settings = Compression.raw()
    settings.flushing = .pending(kibibytes: 2)
    let (left, right) = base.pair()
    let end = try left.compressed(settings)
    end.write([UInt8](repeating: 1, count: 2_047))
    try base.runUntilIdle(maximumSteps: 100)
    #expect(right.input.count == 0)
    end.write([1])
    try base.runUntilIdle(maximumSteps: 100)
    #expect(try decode([right.input.bytes()], .raw(), ends: false).bytes.count == 2_048)
    right.input.drain()
    // One write of five times the size is five flushes.
    end.write([UInt8](repeating: 1, count: 10 * 1_024))
    let wire = right.input.bytes()
    #expect(wire.indices.dropLast(3).count { Array(wire[$0..<$0 + 4]) == [0, 0, 0xFF, 0xFF] } == 5)
  }

  @Test func `without a policy nothing is flushed but by a flush or the end`() throws {
    var settings = Compression.gzip()
    settings.flushing = .whenAsked
    let (left, right, wire) = try stack(settings)
    left.write("hello")
    try base.runUntilIdle(maximumSteps: 100)
    #expect(right.input.count == 0)
    left.flush(.flush)
    try base.runUntilIdle(maximumSteps: 100)
    #expect(right.input.string() == "hello")
    // A flush with nothing to give gives nothing.
    let before = wire.output.count
    left.flush(.flush)
    #expect(wire.output.count == before)
    left.write(" and bye")
    left.finish()
    try base.runUntilIdle(maximumSteps: 100)
    #expect(right.input.string() == "hello and bye")
    #expect(right.isInputEnded)
  }

  @Test(arguments: Compression.Format.allCases)
  func `half-close sends the trailer, then the end, and the other way goes on`(format: Compression.Format) throws {
    let (left, right, _) = try stack(Compression(format))
    var log: [String] = []
    right.onRead = { log.append("read \($0.input.readString())") }
    right.onEvent = { event, what in
      guard case .endOfInput = what else { return log.append("\(what)") }
      log.append("end")
      event.write("still here")
      event.finish()
    }
    left.onRead = { log.append("left read \($0.input.readString())") }
    left.onEvent = { log.append(String("left \($1)".prefix(15))) }
    left.write("hello")
    left.finish()
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(log == ["read hello", "end", "left read still here", "left endOfInput"])
  }

  /// libevent's `bufferevent_zlib`: 8,333 bytes in two writes, a flush that finishes; all is read, nothing is left.
  @Test func `the scenario of regress_zlib`() throws {
    let (left, right, _) = try stack(.zlib())
    let bytes = (0..<8_333).map { UInt8($0 & 255) }
    var got: [UInt8] = []
    var events: [String] = []
    var drained = 0
    left.onWrite = { _ in drained += 1 }
    left.onEvent = { events.append("left \($1)") }
    right.onRead = { got += $0.input.read() }
    right.onEvent = { events.append("right \($1)") }
    left.write(Array(bytes[..<4_166]))
    left.write(Array(bytes[4_166...]))
    left.flush(.finished)
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(got == bytes)
    #expect(drained >= 1)
    #expect(left.output.count == 0 && left.underlying?.output.count == 0)
    #expect(events == ["right endOfInput"])
  }

  @Test func `an error has the filter's name, its place and the typed reason, and what came before is there`() throws {
    let (left, right) = base.pair()
    let end = try right.compressed()
    var failure: StreamError?
    end.onEvent = { if case .error(let error) = $1 { failure = error } }
    let member = try encode(sample(100))
    left.write(member + [1, 2, 3])
    try base.runUntilIdle(maximumSteps: 100)
    #expect(failure?.filter == "gzip")
    #expect(failure?.place == 1)
    guard case .filter(let reason) = failure?.reason else {
      Issue.record("no reason")
      return
    }
    #expect(reason as? CompressionError == CompressionError(.trailingBytes, offset: member.count))
    #expect(end.input.bytes() == sample(100))
  }

  @Test func `a stream that is cut off by the end of the input is an error, not an end`() throws {
    let (left, right) = base.pair()
    let end = try right.compressed()
    var log: [String] = []
    end.onEvent = { log.append("\($1)") }
    left.write(try encode(sample(100)).dropLast(1).map { $0 })
    left.finish()
    try base.runUntilIdle(maximumSteps: 100)
    #expect(log.count == 1)
    #expect(log.first?.contains("ended inside a compressed stream") == true)
    #expect(end.input.bytes() == sample(100))
  }

  @Test func `the end of the compressed stream alone ends nothing`() throws {
    let (left, right) = base.pair()
    let end = try right.compressed()
    var log: [String] = []
    end.onEvent = { log.append("\($1)") }
    left.write(try encode([1]))
    try base.runUntilIdle(maximumSteps: 100)
    #expect(log.isEmpty)
    left.write(try encode([2]))
    left.finish()
    try base.runUntilIdle(maximumSteps: 100)
    #expect(end.input.bytes() == [1, 2])
    #expect(log == ["endOfInput"])
  }

  @Test func `a small read mark brings everything, though the last byte of the wire makes more than fits`() throws {
    let (left, right, _) = try stack()
    right.readMarks = Watermarks(high: 16)
    var got = 0
    right.onRead = { got += $0.input.drain() }
    left.write([UInt8](repeating: 0, count: 5_000))
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(got == 5_000)
  }

  @Test func `the header comes as a notice before the bytes' end`() throws {
    var settings = Compression.gzip()
    settings.header = GzipHeader(name: "log")
    settings.announcesHeader = true
    let (left, right, _) = try stack(settings)
    var names: [String?] = []
    right.onEvent = { if case .notice(let header as GzipHeader) = $1 { names.append(header.name) } }
    left.write("x")
    try base.runUntilIdle(maximumSteps: 100)
    #expect(names == ["log"])
  }

  @Test func `a stack compresses twice, and closing drains both layers`() throws {
    let (left, right) = base.pair()
    let stack = Stack().compressed(.zlib()).compressed(.raw(level: 1))
    let (sender, receiver) = (try stack.applied(to: left), try stack.applied(to: right))
    let bytes = sample(300_000)
    var got: [UInt8] = []
    var isEnded = false
    receiver.onRead = { got += $0.input.read() }
    receiver.onEvent = { if case .endOfInput = $1 { isEnded = true } }
    sender.write(bytes)
    sender.close()
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(got == bytes)
    #expect(isEnded)
  }

  @Test func `a writer over a full wire is held back, and what the streams hold is bounded`() throws {
    let (left, right) = base.pair()
    let end = try left.compressed(.raw(level: 0))
    left.writeMarks = Watermarks(high: 10_000)
    right.readMarks = Watermarks(high: 10_000)
    right.disable(.read)
    var written = 0
    while end.writeRoom > 0, written < 10 << 20 {
      written += 65_536
      end.write([UInt8](repeating: 1, count: 65_536))
      try base.runUntilIdle(maximumSteps: 1_000)
    }
    #expect(written < 1 << 20)
    #expect(left.output.count < 10_000 + (300 << 10))
    right.enable(.read)
    var got = 0
    right.onRead = { got += $0.input.drain() }
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(got > written)
    #expect(end.output.count == 0)
  }
}
