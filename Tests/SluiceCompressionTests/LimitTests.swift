import Sluice
import SluiceCompression
import Testing

/// Decompression bombs. netty CVE-2020-11612, NIOExtras#221, netty CVE-2026-42587: every format has the same bounds.
@Suite struct LimitTests {
  func bomb(_ size: Int, _ settings: Compression) throws -> [UInt8] {
    try encode([UInt8](repeating: 0, count: size), settings)
  }

  @Test(arguments: Compression.Format.allCases)
  func `a bomb is stopped by default, inside a segment`(format: Compression.Format) throws {
    let wire = try bomb(64 << 20, Compression(format, level: 9))
    let run = try decode([wire], Compression(format))
    guard case .expansion(_, let produced) = run.error?.fault else {
      Issue.record("no expansion: \(String(describing: run.error))")
      return
    }
    #expect(produced == run.bytes.count)
    #expect(produced >= 8 << 20 && produced < 12 << 20)
    #expect(run.error?.offset ?? .max < wire.count / 4)
  }

  @Test(arguments: Compression.Format.allCases, [1, 5, 100_000])
  func `not a byte more than the total comes out`(format: Compression.Format, length: Int) throws {
    var settings = Compression(format)
    let bytes = sample(5_000)
    let wire = try encode(bytes, settings)
    for total in [0, 1, 4_999] {
      settings.limits = ExpansionLimits(total: total)
      let run = try decode(wire.pieces(of: length), settings)
      #expect(run.error?.fault == .expansion(settings.limits, produced: total))
      #expect(run.bytes == Array(bytes.prefix(total)))
    }
    settings.limits = ExpansionLimits(total: 5_000)
    let run = try decode(wire.pieces(of: length), settings)
    #expect(run.error == nil)
    #expect(run.bytes == bytes)
  }

  @Test func `a limit that is met exactly is no error, in small calls too`() throws {
    let bytes = [UInt8](repeating: 7, count: 3_000)
    var settings = Compression.gzip()
    let wire = try encode(bytes, settings)
    settings.limits = ExpansionLimits(total: 3_000)
    for limit in [1, 10, 3_000, 5_000] {
      for length in [1, wire.count] {
        let run = try decode(wire.pieces(of: length), settings, limit: limit)
        #expect(run.error == nil && run.bytes == bytes && run.progress == .ended)
      }
    }
  }

  @Test func `the ratio counts on top of the floor`() throws {
    var settings = Compression.raw()
    let wire = try bomb(100_000, settings)
    settings.limits = ExpansionLimits(ratio: 10, floor: 2_000)
    let run = try decode(wire.pieces(of: 1), settings)
    guard case .expansion = run.error?.fault else {
      Issue.record("no expansion: \(String(describing: run.error))")
      return
    }
    #expect(run.bytes.count >= 2_000)
    #expect(run.bytes.count <= 2_000 + 10 * wire.count)
    settings.limits = ExpansionLimits(ratio: 2_000, floor: 0)
    #expect(try decode(wire.pieces(of: 1), settings).bytes.count == 100_000)
  }

  @Test func `the total holds over all members`() throws {
    var settings = Compression.gzip()
    let member = try encode(sample(100))
    settings.limits = ExpansionLimits(total: 250)
    let run = try decode([member + member + member], settings)
    #expect(run.error?.fault == .expansion(settings.limits, produced: 250))
    #expect(run.bytes.count == 250)
    #expect(try decode([member + member], settings).error == nil)
  }

  @Test func `no limits let a bomb through`() throws {
    var settings = Compression.gzip(level: 9)
    let wire = try bomb(16 << 20, settings)
    settings.limits = .none
    let run = try decode([wire], settings)
    #expect(run.error == nil)
    #expect(run.bytes.count == 16 << 20)
  }

  @Test func `a bomb over a pair fills memory no further than the marks, and stops with a named error`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let receiver = try right.compressed(.gzip())
    receiver.readMarks = Watermarks(high: 10_000)
    var events: [String] = []
    var most = 0
    var total = 0
    receiver.onRead = { event in
      most = max(most, event.input.count)
      total += event.input.drain()
    }
    receiver.onEvent = { _, event in if case .error(let error) = event { events.append("\(error)") } }
    left.write(try bomb(64 << 20, .gzip(level: 9)))
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(most == 10_000)
    #expect(total < 12 << 20)
    #expect(events.count == 1)
    #expect(events.first?.contains("filter gzip (number 1 from the wire), reading: the stream expands") == true)
  }
}
