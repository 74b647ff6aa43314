import Testing

@testable import Sluice

/// What `write` answers, and what it refuses.
struct WriteTests {
  enum Way: CaseIterable { case pointer, span, array, string, buffer }

  /// Writes `text` to `event` in one of the ways there are.
  private func write(_ text: String, to event: BufferEvent, _ way: Way) -> WriteOutcome {
    let bytes = [UInt8](text.utf8)
    switch way {
    case .pointer: return bytes.withUnsafeBytes { event.write($0) }
    case .span: return event.write(bytes.span.bytes)
    case .array: return event.write(bytes)
    case .string: return event.write(text)
    case .buffer:
      var buffer = EventBuffer()
      buffer.append(bytes)
      let outcome = event.write(&buffer)
      let left = buffer.count
      #expect(left == (outcome.isAccepted ? 0 : bytes.count))
      return outcome
    }
  }

  @Test(arguments: Way.allCases)
  func `every way of writing sends the bytes, in order, and tells the room`(way: Way) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      #expect(write("one ", to: left, way) == .accepted(room: left.writeMarks.high))
      right.readMarks = Watermarks(high: 6)
      #expect(write("two ", to: left, way) == .accepted(room: left.writeMarks.high - 2))
      #expect(write("three", to: left, way) == .accepted(room: left.writeMarks.high - 7))
      right.readMarks = Watermarks()
      #expect(right.readAll() == "one two three")
    }
  }

  @Test(arguments: Way.allCases)
  func `contract: writing nothing is accepted, and tells nobody anything`(way: Way) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      #expect(write("", to: left, way).isAccepted)
      try base.settle()
      #expect(log.take() == [])
    }
  }

  enum Ending: CaseIterable {
    case finished, closed, aborted, freed, failed, peerClosed, peerDropped, unlinked, underneath, busy

    var refusal: WriteOutcome.Refusal {
      switch self {
      case .finished: .finished
      case .closed, .aborted, .freed: .closed
      case .failed: .failed
      case .peerClosed, .peerDropped: .peerClosed
      case .unlinked: .unlinked
      case .underneath: .underneath
      case .busy: .busy
      }
    }
  }

  @Test(arguments: Ending.allCases, Way.allCases)
  func `part 3 rows 17 and 18: writing after the end is refused with its reason, and keeps nothing`(
    ending: Ending, way: Way
  ) throws {
    try inVirtualTime { base in
      let left: BufferEvent
      var right: BufferEvent?
      (left, right) = base.pair()
      var stack: BufferEvent?
      switch ending {
      case .finished: left.finish()
      case .closed: left.close()
      case .aborted: left.abort()
      case .freed: left.free()
      case .failed: right?.abort()
      case .peerClosed: right?.close()
      case .peerDropped: right = nil
      case .unlinked: right?.free()
      case .underneath: stack = try left.filtered(by: Pass())
      case .busy:
        use(&left.output) { _ in #expect(write("x", to: left, way) == .refused(.busy)) }
        return
      }
      let outcome = write("x", to: left, way)
      #expect(outcome == .refused(ending.refusal))
      #expect(outcome.room == 0)
      #expect(!outcome.isAccepted)
      #expect(left.unsent == 0)
      #expect(right?.unread ?? 0 == 0)
      left.output.append("around the back")
      #expect(left.unsent == 0)
      withExtendedLifetime(stack) {}
    }
  }

  @Test func `every refusal says what to do`() {
    let all: [WriteOutcome.Refusal] = [.finished, .closed, .failed, .peerClosed, .unlinked, .underneath, .busy]
    #expect(Set(all.map(\.description)).count == all.count)
    #expect(WriteOutcome.Refusal.unlinked.description == "the other end was freed")
  }

  @Test func `large writes go whole, whatever the size`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let bytes = pattern(1_000_000)
      var got: [UInt8] = []
      right.onRead = { got += $0.input.read() }
      left.write(bytes)
      left.finish()
      try base.settle()
      #expect(got == bytes)
    }
  }
}
