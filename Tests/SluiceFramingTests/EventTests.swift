import Sluice
import Testing

@testable import SluiceFraming

/// Frames on buffer events.
struct EventTests {
  /// Reads frames as an application does.
  final class Frames {
    var reader: FrameReader
    var all: [String] = []
    var error: FrameError?
    var calls = 0

    init(_ event: BufferEvent, _ format: FrameFormat) {
      reader = FrameReader(format)
      event.onRead = { [unowned self] in
        calls += 1
        take($0)
      }
      event.onEvent = { [unowned self] in if case .endOfInput = $1 { take($0) } }
    }

    private func take(_ event: BufferEvent) {
      do {
        while let frame = try event.readFrame(with: &reader) { all.append(frame.string()) }
      } catch {
        self.error = error
      }
    }
  }

  private func onPair(_ body: (EventBase, BufferEvent, BufferEvent) throws -> Void) throws {
    let base = EventBase(clock: .virtual)
    try {
      let (left, right) = base.pair()
      try body(base, left, right)
      left.close()
      right.close()
      try base.run(maximumSteps: 100_000)
    }()
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }

  @Test func `callbacks come only when a frame may be whole`() throws {
    try onPair { base, left, right in
      let frames = Frames(right, .prefixed(.uint32()))
      for byte in try FrameFormat.prefixed(.uint32()).wire([Array("hello".utf8), Array("world".utf8)]) {
        left.write([byte])
        try base.runUntilIdle()
      }
      #expect(frames.all == ["hello", "world"])
      // For each: the length, and the frame. The first byte of all comes before anything is known.
      #expect(frames.calls == 2 * 2 + 1)
    }
  }

  @Test(arguments: [FrameFormat.lines(), .prefixed(.varint, longest: 1 << 20)])
  func `a frame longer than the high mark raises it`(format: FrameFormat) throws {
    try onPair { base, left, right in
      let format = format == .lines() ? FrameFormat.lines(longest: 1 << 20) : format
      let frames = Frames(right, format)
      right.readMarks = Watermarks(high: 1_000)
      let long = String(repeating: "x", count: 500_000)
      try left.writeFrame(long, as: format)
      try left.writeFrame("short", as: format)
      try base.runUntilIdle(maximumSteps: 10_000_000)
      #expect(frames.all.map(\.count) == [500_000, 5])
    }
  }

  @Test(arguments: [FrameFormat.lines(), .prefixed(.uint16()), .prefixed(.varint)])
  func `an input that is cut off is an error, behind the whole frames`(format: FrameFormat) throws {
    try onPair { base, left, right in
      let frames = Frames(right, format)
      left.write(Array(try format.wire([Array("whole".utf8), Array("cut".utf8)]).dropLast()))
      try base.runUntilIdle()
      #expect(frames.error == nil)
      left.finish()
      try base.runUntilIdle()
      #expect(frames.all == ["whole"])
      guard case .truncated = frames.error else {
        Issue.record("\(frames.error.map { "\($0)" } ?? "no error")")
        return
      }
    }
  }

  @Test func `frames that are whole at the end are no error`() throws {
    try onPair { base, left, right in
      let frames = Frames(right, .lines())
      try left.writeFrame("one", as: .lines())
      try left.writeFrame("", as: .lines())
      left.finish()
      try base.runUntilIdle()
      #expect(frames.all == ["one", ""])
      #expect(frames.error == nil)
    }
  }

  @Test func `a refused frame keeps its bytes`() throws {
    try onPair { base, left, right in
      left.finish()
      for format in FrameFormat.all {
        var frame = EventBuffer()
        frame.append("kept")
        let outcome = try left.writeFrame(&frame, as: format)
        #expect(outcome == .refused(.finished))
        #expect(frame.string() == "kept")
      }
    }
  }
}
