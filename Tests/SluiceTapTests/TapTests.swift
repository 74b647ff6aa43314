import Sluice
import Testing

@testable import SluiceTap

struct TapTests {
  @Test(arguments: [1, 7, 1_000, 100_000]) func `everything passes as it is, and is recorded`(limit: Int) throws {
    try inVirtualTime { base in
      var recorded: [Directions.RawValue: [UInt8]] = [:]
      let sink = Recording { point, bytes in
        #expect(recorded[point.direction.rawValue, default: []].count == point.offset)
        recorded[point.direction.rawValue, default: []] += bytes
      }
      let (left, right) = base.pair()
      let top = try left.tapped(by: sink)
      for event in [left, right, top] {
        event.readMarks = Watermarks(high: limit)
        event.writeMarks = Watermarks(high: limit)
      }
      var (got, back): ([UInt8], [UInt8]) = ([], [])
      right.onRead = { got += $0.input.read() }
      top.onRead = { back += $0.input.read() }
      top.write(counting(5_000))
      right.write(counting(3_000))
      top.finish()
      right.finish()
      try base.run()
      #expect(got == counting(5_000))
      #expect(back == counting(3_000))
      #expect(recorded == [Directions.write.rawValue: got, Directions.read.rawValue: back])
      #expect(sink.ends == [.write, .read] || sink.ends == [.read, .write])
      #expect(top.filterHandle(TapStatus.self)?.passed(.write) == 5_000)
      #expect(top.debugDescription.hasPrefix("filter tap (5000 bytes out, 3000 in)"))
      top.close()
      right.close()
    }
  }

  @Test func `bytes are moved, not copied`() {
    var source = EventBuffer()
    var target = EventBuffer()
    source.append(counting(10_000))
    var filter = TapFilter(Recording { _, _ in })
    var context = FilterContext()
    let before = source.withFirstSpan { $0.withUnsafeBytes { $0.baseAddress } }
    #expect(filter.encode(&source, into: &target, &context) == .moved)
    #expect(target.withFirstSpan { $0.withUnsafeBytes { $0.baseAddress } } == before)
  }

  @Test func `a sink that fails is counted, told once, and breaks nothing`() throws {
    try inVirtualTime { base in
      struct Full: Error, CustomStringConvertible { let description = "no room" }
      let (left, right) = base.pair()
      let top = try left.tapped(by: Recording { _, _ in throw Full() })
      var notices: [String] = []
      top.onEvent = { if case .notice(let notice as TapFailure) = $1 { notices.append("\(notice)") } }
      var text = ""
      right.onRead = { text += $0.input.readString() }
      for word in ["a", "b", "c"] {
        top.write(word)
        try base.run()
      }
      #expect(text == "abc")
      #expect(notices == ["the tap records no longer all that passes: no room"])
      let status = try #require(top.filterHandle(TapStatus.self))
      #expect(status.failures == 3)
      #expect(status.firstFailure is Full)
      #expect("\(status)" == "3 bytes out, 0 in, 3 failed to be recorded, the first because: no room")
      top.close()
      right.close()
    }
  }

  @Test func `what a sink holds back is written at the round's end, and when the tap is gone`() throws {
    let sink = Recording { _, _ in }
    sink.buffers = true
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.tapped(by: sink)
      top.write("a")
      top.write("b")
      #expect(sink.flushes == 0)
      try base.run()
      #expect(sink.flushes == 1)
      top.write("c")
      top.abort()
      right.close()
    }
    #expect(sink.closings == 1)
  }
}

/// A sink that hands bytes to a test.
final class Recording: TapSink {
  private let take: (TapPoint, [UInt8]) throws -> Void
  var ends: [Directions] = []
  var buffers = false
  var isBuffering = false
  var flushes = 0
  var closings = 0

  init(_ take: @escaping (TapPoint, [UInt8]) throws -> Void) { self.take = take }

  func passed(_ bytes: borrowing EventBuffer, _ count: Int, at point: TapPoint) throws {
    isBuffering = buffers
    try take(point, bytes.bytes(upTo: count))
  }

  func ended(at point: TapPoint) throws { ends.append(point.direction) }

  func flush() throws {
    isBuffering = false
    flushes += 1
  }

  func closed(at time: EventBase.Instant) throws { closings += 1 }
}
