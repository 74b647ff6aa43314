import Testing

@testable import Sluice

/// Gives so many bytes at a time: one unit a call, as a record layer may.
private struct Units: Filter {
  var unit = 16_384
  var says = "units"
  var name: String { says }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: min(unit, context.limit), from: &source) > 0 ? .moved : .needsMore
  }
}

/// What a filter gives is taken on by the layers above and the read callback before it is asked for more.
@Suite struct TurnTests {
  static let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }

  private func make(_ stack: Stack) throws -> (base: EventBase, sender: BufferEvent, receiver: BufferEvent) {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    return (base, left, try stack.applied(to: right))
  }

  @Test(arguments: [1, 2, 3]) func `a read callback comes for each turn's worth`(depth: Int) throws {
    var stack = Stack().adding { Units() }
    for _ in 1..<depth { stack = stack.adding { Pass() } }
    let (base, sender, receiver) = try make(stack)
    var sizes: [Int] = []
    var got: [UInt8] = []
    receiver.onRead = { event in
      sizes.append(event.inputCount)
      got += event.input.read()
    }
    sender.write(Self.bytes)
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(got == Self.bytes)
    #expect(sizes.allSatisfy { $0 <= 16_384 }, "\(sizes)")
    #expect(sizes.count == (Self.bytes.count + 16_383) / 16_384)
  }

  @Test func `small units come together, and a turn's worth of them is one callback`() throws {
    let (base, sender, receiver) = try make(Stack().adding { Units(unit: 100) })
    let seen = Recorder(receiver)
    sender.write(Array(Self.bytes[..<40_000]))
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(seen.bytes == Array(Self.bytes[..<40_000]))
    #expect(seen.reads == 3)
  }

  @Test func `a layer in the middle goes on, too`() throws {
    let (base, sender, receiver) = try make(Stack().adding { Pass() }.adding { Units() }.adding { Pass() })
    let seen = Recorder(receiver)
    sender.write(Self.bytes)
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(seen.bytes == Self.bytes)
    #expect(receiver.layers.dropFirst().allSatisfy { $0.inputBuffer.isEmpty })
  }

  @Test func `a reader that disables reading in between gets the rest when it goes on`() throws {
    let (base, sender, receiver) = try make(Stack().adding { Units() })
    var got: [UInt8] = []
    receiver.onRead = { event in
      got += event.input.read()
      event.disable(.read)
    }
    sender.write(Self.bytes)
    sender.finish()
    var rounds = 0
    while got.count < Self.bytes.count {
      let before = got.count
      try base.runUntilIdle(maximumSteps: 1_000)
      #expect(got.count == min(before + 16_384, Self.bytes.count))
      receiver.enable(.read)
      rounds += 1
      try #require(rounds < 100)
    }
    #expect(got == Self.bytes)
  }

  @Test func `stopping the loop in a callback stops it before the next one`() throws {
    let (base, sender, receiver) = try make(Stack().adding { Units() })
    var calls = 0
    receiver.onRead = { event in
      event.input.drain()
      calls += 1
      event.base.stop()
    }
    sender.write(Self.bytes)
    try base.run()
    #expect(calls == 1)
    try base.run()
    #expect(calls == 2)
  }

  @Test func `closing in between throws the rest away and ends well`() throws {
    let (base, sender, receiver) = try make(Stack().adding { Units() })
    let seen = Recorder(sender)
    receiver.onRead = { $0.close() }
    sender.write(Self.bytes)
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(seen.events == ["end of output", "end of input"])
    #expect(receiver.isClosed)
  }

  @Test func `the sender gets on when the receiver is through`() throws {
    let (base, sender, receiver) = try make(Stack().adding { Units() })
    // Much more than all marks let in.
    var left = 4_000_000
    var received = 0
    func fill(_ event: BufferEvent) {
      while left > 0 {
        let step = min(left, 50_000)
        left -= step
        if event.write(Array(Self.bytes[..<step])).room == 0 { break }
      }
    }
    sender.onWrite = { fill($0) }
    receiver.onRead = { received += $0.input.drain() }
    fill(sender)
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(received == 4_000_000)
  }
}
