import Testing

@testable import Sluice

/// Puts a byte in front of what it gets in a call, up to 16 KiB: it shows what was encoded together.
private struct Gatherer: Filter {
  final class Notes {
    var sizes: [Int] = []
    var mayLeave: [Bool] = []
  }

  let notes: Notes
  var gathersWrites: Bool { true }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    notes.mayLeave.append(context.mayLeaveMore)
    let isAll = context.mode != .normal || !context.mayLeaveMore
    let count = isAll ? source.count : source.count / 1_000 * 1_000
    if count == 0 { return context.mode == .finished ? .ended : .needsMore }
    notes.sizes.append(count)
    target.append("+")
    target.append(upTo: count, from: &source)
    return .moved
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { .needsMore }
}

/// Filters that do better with more at a time get what is written in one round of the loop together.
@Suite struct GatheringTests {
  private func make(
    below: (Stack) -> Stack = { $0 }, above: (Stack) -> Stack = { $0 }
  ) throws -> (top: BufferEvent, notes: Gatherer.Notes, wire: BufferEvent) {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let notes = Gatherer.Notes()
    let stack = above(below(Stack()).adding { Gatherer(notes: notes) })
    return (try stack.applied(to: left), notes, right)
  }

  @Test func `small writes of one round are encoded together when it ends`() throws {
    let (top, notes, wire) = try make()
    for _ in 0..<10 { top.write("0123456789") }
    #expect(notes.sizes == [])
    #expect(top.outputCount == 100)
    try top.base.runUntilIdle(maximumSteps: 10)
    #expect(notes.sizes == [100])
    #expect(notes.mayLeave == [false])
    #expect(wire.inputCount == 101)
  }

  @Test func `a round that is under way takes what its callbacks write along`() throws {
    let (top, notes, wire) = try make()
    let base = top.base
    base.defer {
      top.write("first ")
      base.defer { top.write("third ") }
    }
    base.defer { top.write("second ") }
    try base.runUntilIdle(maximumSteps: 10)
    #expect(notes.sizes == [13, 6])
    #expect(wire.inputCount == 21)
  }

  @Test func `enough to fill 16 KiB is encoded at once, and the rest when the round ends`() throws {
    let (top, notes, wire) = try make()
    top.write([UInt8](repeating: 1, count: 10_000))
    top.write([UInt8](repeating: 1, count: 6_500))
    #expect(notes.sizes == [16_000])
    #expect(notes.mayLeave == [true, true])
    #expect(top.outputCount == 500)
    try top.base.runUntilIdle(maximumSteps: 10)
    #expect(notes.sizes == [16_000, 500])
    #expect(wire.inputCount == 16_502)
  }

  @Test func `flushing and finishing wait for nothing`() throws {
    let (top, notes, wire) = try make()
    top.write("now")
    top.flush(.flush)
    #expect(notes.sizes == [3])
    top.write("last")
    top.finish()
    #expect(notes.sizes == [3, 4])
    #expect(wire.isInputEnded)
  }

  @Test func `what waits for room below goes when there is some`() throws {
    let (top, notes, wire) = try make()
    wire.readMarks = Watermarks(high: 1)
    top.underlying?.writeMarks = Watermarks(high: 1)
    for text in ["a", "b", "c"] {
      top.write(text)
      try top.base.runUntilIdle(maximumSteps: 10)
    }
    #expect(top.outputCount > 0)
    var got = ""
    wire.onRead = { got += $0.input.readString() }
    wire.trigger(.read)
    try top.base.runUntilIdle(maximumSteps: 100)
    #expect(got.filter { $0 != "+" } == "abc")
    #expect(notes.sizes.reduce(0, +) == 3)
  }

  @Test func `it works with timeouts, and with layers on both sides`() throws {
    let (top, notes, wire) = try make(below: { $0.adding { Pass() } }, above: { $0.adding { Pass() } })
    top.writeTimeout = .seconds(5)
    var events: [String] = []
    top.onEvent = { events.append(words($1)) }
    for _ in 0..<5 { top.write("01234") }
    #expect(notes.sizes == [])
    try top.base.run(for: .seconds(20))
    #expect(notes.sizes == [25])
    #expect(wire.inputCount == 26)
    #expect(events == [])
  }
}
