import Testing

@testable import Sluice

/// Marks, bounds and enabling through stacks (F6 to F10, F14 to F18).
@Suite struct FilterFlowTests {
  @Test(arguments: [1, 2, 3, 7, 20, 100], [1, 2, 5, 64, 1000])
  func `everything arrives, whatever the marks and the read sizes`(mark: Int, readSize: Int) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let stack = Stack().adding { Xor(key: 5) }.adding { Frames() }.adding { Stutter() }.adding { Header() }
    let (sender, receiver) = (try stack.applied(to: left), try stack.applied(to: right))
    sender.setAllMarks(mark)
    for (index, layer) in receiver.layers.enumerated() {
      layer.readMarks = Watermarks(high: (mark + index * 13) % 100 + 1)
    }
    let bytes = pattern(700)
    var got: [UInt8] = []
    var ends = 0
    receiver.onEvent = { _, event in
      #expect(words(event) == "end of input")
      ends += 1
    }
    sender.write(bytes)
    sender.finish()
    for _ in 0..<2000 where ends == 0 || got.count < bytes.count {
      try base.runUntilIdle(maximumSteps: 100_000)
      got += receiver.input.read(upTo: readSize)
    }
    #expect(got == bytes)
    #expect(ends == 1)
  }

  @Test func `enabling handles what waits, in both directions (F18)`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Pass() }.adding { Frames() }.applied(to: right)
    let other = Recorder(try Stack().adding { Pass() }.adding { Frames() }.applied(to: left))
    let seen = Recorder(top)
    top.disable(.both)
    top.write("down")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(other.text.isEmpty)
    top.enable(.write)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(other.text == "down")
    #expect(seen.log.isEmpty)
  }

  @Test(arguments: 0...3) func `what a disabled layer held back comes when it is enabled`(index: Int) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let stack = Stack().adding { Pass() }.adding { Frames() }.adding { Xor(key: 4) }
    let (sender, receiver) = (try stack.applied(to: left), try stack.applied(to: right))
    let (seen, other) = (Recorder(receiver), Recorder(sender))
    let layer = receiver.layers[index]
    layer.disable(.both)
    sender.write("up")
    receiver.write("down")
    sender.finish()
    receiver.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    #expect(other.log.isEmpty)
    layer.enable(.read)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "up")
    #expect(seen.events == ["end of input"])
    #expect(other.log.isEmpty)
    layer.enable(.write)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(other.text == "down")
    #expect(other.events == ["end of input"])
  }

  @Test func `a peer that does not read stops the encoding: no layer passes its mark`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    right.disable(.read)
    let top = try Stack().adding { Frames() }.adding { Header() }.adding { Xor(key: 2) }.applied(to: left)
    top.setAllMarks(100)
    for _ in 0..<100 {
      top.write(pattern(100))
      try base.runUntilIdle(maximumSteps: 1000)
    }
    for layer in top.layers.dropFirst() { #expect(layer.outputBuffer.count <= 100 + 20) }
    #expect(top.outputBuffer.count + top.outputBelow >= 10_000)
    let seen = Recorder(right)
    right.enable(.read)
    top.finish()
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(seen.bytes.count > 10_000)
    #expect(seen.events == ["end of input"])
  }

  @Test func `a bomb grows no further than the marks under a slow reader`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Expander() }.adding { Expander() }.applied(to: right)
    top.setAllMarks(5000)
    left.write(pattern(1000))
    var got = 0
    for _ in 0..<500 {
      try base.runUntilIdle(maximumSteps: 100_000)
      for layer in top.layers { #expect(layer.inputBuffer.count <= 5000) }
      got += top.input.drain(1700)
    }
    #expect(got == 500 * 1700)
  }

  @Test func `what expands to more than the mark is all delivered`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Expander())
    top.setAllMarks(300)
    let seen = Recorder(top)
    left.write("ab")
    left.finish()
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(seen.bytes.count == 2000)
    #expect(seen.events == ["end of input"])
  }

  @Test func `a unit that the layer below can never hold is an error, not a stall`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Blocks())
    right.readMarks = Watermarks(high: 5)
    let seen = Recorder(top)
    left.write("12345678")
    try base.runUntilIdle(maximumSteps: 1000)
    guard case .inputFull = seen.error?.reason else {
      Issue.record("\(seen.log)")
      return
    }
    #expect(seen.events.count == 1)
    #expect(seen.error?.filter == "Blocks")
  }

  @Test func `a peer that asks and does not read gets no unbounded answers`() throws {
    struct Ponger: Filter {
      var pass = Pass()
      mutating func encode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress { try pass.encode(&source, into: &target, &context) }
      mutating func decode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress {
        let pings = source.read(upTo: 10)
        context.reply.append(pings)
        return pings.isEmpty ? .needsMore : .moved
      }
    }
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    left.readMarks = Watermarks(high: 50)
    let top = try right.filtered(by: Ponger())
    top.setAllMarks(100)
    let bytes = pattern(5000)
    left.write(bytes)
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(right.outputBuffer.count <= 110)
    let seen = Recorder(left)
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(seen.bytes == bytes)
  }

  @Test func `every byte doubled, in both directions`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let (one, two) = (try left.filtered(by: Doubler()), try right.filtered(by: Doubler()))
    let (first, second) = (Recorder(one), Recorder(two))
    one.write(pattern(8333))
    two.write(pattern(8333, seed: 3))
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(second.bytes == pattern(8333))
    #expect(first.bytes == pattern(8333, seed: 3))
    #expect(one.underlying === left)
  }

  @Test func `a header above a mark of the same size does not stall (filter_data_stuck)`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try left.filtered(by: Header())
    top.setAllMarks(4096)
    right.readMarks = Watermarks(high: 4096)
    var got = 0
    right.onRead = { got += $0.input.drain() }
    top.write(pattern(4096))
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(got == 4116)
  }
}
