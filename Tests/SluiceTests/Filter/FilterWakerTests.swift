import Testing

@testable import Sluice

/// A gate that somebody outside opens and shuts: what a limit does to a stream, without its arithmetic.
final class Gate {
  var open: Directions = .both
  var waker: FilterWaker?
  var wakes = 0

  func set(_ directions: Directions) {
    open = directions
    waker?.wake()
  }
}

struct GateFilter: Filter {
  let gate: Gate

  mutating func start(_ context: inout FilterContext) {
    gate.waker = context.waker()
    #expect(gate.waker === context.waker())
  }

  mutating func wake(_ context: inout FilterContext) { gate.wakes += 1 }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    context.writeHold = gate.open.contains(.write) || source.isEmpty ? [] : .rate
    guard context.writeHold.isEmpty else { return .blocked }
    return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    context.readHold = gate.open.contains(.read) || source.isEmpty ? [] : .groupRate
    guard context.readHold.isEmpty else { return .blocked }
    return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
}

struct FilterWakerTests {
  let base = EventBase(clock: .virtual)

  @Test func `a filter that is woken from outside goes on in both directions`() throws {
    let (left, right) = base.pair()
    let gate = Gate()
    let top = try left.filtered(by: GateFilter(gate: gate))
    gate.open = []
    right.write("down")
    top.write("up")
    try base.run()
    #expect(top.inputCount == 0)
    #expect(right.inputCount == 0)
    gate.set(.both)
    gate.set(.both)
    #expect(gate.wakes == 0, "nobody is called from inside")
    try base.run()
    #expect(gate.wakes == 1, "waking twice is waking once")
    #expect(top.input.string() == "down")
    #expect(right.input.string() == "up")
  }

  @Test func `the waker of a stack that is gone wakes nobody, and says so`() throws {
    let (left, right) = base.pair()
    let gate = Gate()
    var top: BufferEvent? = try left.filtered(by: GateFilter(gate: gate))
    #expect(gate.waker?.isConnected == true)
    top?.close()
    top = nil
    try base.run()
    #expect(gate.waker?.wake() == false)
    withExtendedLifetime(right) {}
  }

  @Test func `the waker of a stack that failed says so`() throws {
    let (left, right) = base.pair()
    let gate = Gate()
    let top = try left.filtered(by: GateFilter(gate: gate))
    right.abort()
    try base.run()
    #expect(gate.waker?.wake() == false)
    withExtendedLifetime(top) {}
  }

  @Test func `a stack that was dropped can still be woken to send what it owes`() throws {
    let (left, right) = base.pair()
    let gate = Gate()
    gate.open = []
    var top: BufferEvent? = try left.filtered(by: GateFilter(gate: gate))
    top?.write("last words")
    top = nil
    try base.run()
    #expect(right.inputCount == 0)
    #expect(gate.waker?.isConnected == true)
    gate.set(.both)
    try base.run()
    #expect(right.input.string() == "last words")
    #expect(right.isInputEnded)
    #expect(gate.waker?.isConnected == false)
  }

  /// Asks once, at the start, to be woken.
  struct Alarm: Filter {
    let gate: Gate
    mutating func start(_ context: inout FilterContext) { context.wake(at: .init(nanoseconds: 1_000)) }
    mutating func wake(_ context: inout FilterContext) { gate.open = .both }
    mutating func encode(
      _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
    ) -> FilterProgress {
      guard gate.open == .both else { return .blocked }
      return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
    }
    mutating func decode(
      _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
    ) -> FilterProgress { .needsMore }
  }

  @Test func `a stack that was dropped keeps the time its filter asked for`() throws {
    let (left, right) = base.pair()
    let gate = Gate()
    gate.open = []
    var top: BufferEvent? = try left.filtered(by: Alarm(gate: gate))
    top?.write("later")
    top = nil
    try base.run()
    #expect(base.now.nanoseconds == 1_000)
    #expect(right.input.string() == "later")
  }

  @Test func `an error cancels the time that a filter asked for`() throws {
    let (left, right) = base.pair()
    let top = try left.filtered(by: Alarm(gate: Gate()))
    right.abort()
    try base.run()
    #expect(base.now.nanoseconds == 0)
    withExtendedLifetime(top) {}
  }
}
