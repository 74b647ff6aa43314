import Sluice
import SluiceCompression
import SluiceTesting
import Testing

@Suite struct PropertyTests {
  /// Random data, writes, levels, formats, policies, marks and pauses: what comes out is what went in.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `bytes out are bytes in, in order, whatever the pieces and marks`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func below(_ bound: UInt64) -> Int { Int(random.next() % bound) }
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    var settings = Compression(Compression.Format.allCases[below(3)], level: below(11) - 1)
    settings.windowBits = 9 + below(7)
    settings.memoryLevel = 1 + below(9)
    settings.strategy = Compression.Strategy.allCases[below(5)]
    settings.flushing = [.everyRound, .pending(kibibytes: 1 + below(8)), .whenAsked][below(3)]
    settings.limits = .none
    let (sender, receiver) = (try left.compressed(settings), try right.compressed(settings))
    for event in [left, right, receiver] {
      event.readMarks = Watermarks(high: 1 + below(5_000))
      event.writeMarks = Watermarks(high: 1 + below(5_000))
    }
    let bytes = below(4) == 0 ? [UInt8](repeating: 3, count: below(60_000)) : sample(below(60_000), seed: seed)
    var got: [UInt8] = []
    var events: [String] = []
    receiver.onRead = { event in
      got += event.input.read(upTo: 1 + below(2_000))
      // What is left is announced with the next bytes only, so take it soon.
      if !event.input.isEmpty { event.base.defer { got += event.input.read() } }
    }
    receiver.onEvent = { events.append("\($1)") }
    var at = 0
    while at < bytes.count {
      let next = min(bytes.count, at + 1 + below(8_000))
      sender.write(Array(bytes[at..<next]))
      at = next
      if below(8) == 0 { sender.flush(.flush) }
      if below(4) == 0 { try base.runUntilIdle(maximumSteps: 1_000_000) }
    }
    sender.finish()
    try base.runUntilIdle(maximumSteps: 1_000_000)
    got += receiver.input.read()
    #expect(got == bytes, "\(settings)")
    #expect(events == ["endOfInput"])
  }

  /// Flushing at every boundary: all that was written before is there behind each flush.
  @Test(arguments: Compression.Format.allCases, [1, 6, 9])
  func `a flush yields all that is pending, wherever it comes`(format: Compression.Format, level: Int) throws {
    let bytes = sample(3_000, seed: 5)
    var filter = try Deflate(Compression(format, level: level))
    var source = EventBuffer()
    var wire = EventBuffer()
    var back = EventBuffer()
    var context = FilterContext(mode: .flush)
    var count = 0
    for byte in bytes {
      source.append([byte])
      while try filter.encode(&source, into: &wire, &context) == .moved {}
      context.mode = .normal
      while try filter.decode(&wire, into: &back, &context) == .moved {}
      context.mode = .flush
      count += 1
      guard back.count == count else { break }
    }
    #expect(back.bytes() == bytes)
  }
}
