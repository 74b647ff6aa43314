import Testing

@testable import Sluice

/// What a filter that holds a direction back does to the layers around it (C4, C32).
struct FilterHoldTests {
  let base = EventBase(clock: .virtual)
  let gate = Gate()

  @Test func `a hold on reading pauses the layer below, and the other end feels it`() throws {
    let (left, right) = base.pair()
    let top = try left.filtered(by: GateFilter(gate: gate))
    gate.open = .write
    right.write("first")
    try base.run()
    right.write("second")
    try base.run()
    #expect(left.inputCount == 5)
    #expect(right.outputCount == 6)
    #expect(left.suspensions(.read) == .groupRate)
    #expect(top.debugDescription.contains("reading suspended by group rate"))
    gate.set(.both)
    try base.run()
    #expect(top.input.string() == "firstsecond")
    #expect(left.suspensions(.read).isEmpty)
    #expect(top.suspensions(.read).isEmpty)
  }

  @Test func `a hold on writing is told, and leaves reading and the layer below alone`() throws {
    let (left, right) = base.pair()
    let top = try left.filtered(by: GateFilter(gate: gate))
    gate.open = .read
    top.write("held")
    right.write("not held")
    try base.run()
    #expect(top.input.string() == "not held")
    #expect(top.suspensions(.write) == .rate)
    #expect(left.suspensions(.both).isEmpty)
    #expect(top.debugDescription.contains("writing suspended by rate"))
  }

  @Test(arguments: [Directions.read, .write])
  func `timeouts above a hold stand still, and start anew when it ends`(_ direction: Directions) throws {
    let (left, right) = base.pair()
    let limited = try left.filtered(by: GateFilter(gate: gate))
    let top = try limited.filtered(by: GateFilter(gate: Gate()))
    var timeouts: [Int64] = []
    top.onEvent = { if case .timeout = $1 { timeouts.append($0.base.now.nanoseconds) } }
    // Nobody reads at the other end, so that bytes wait below once the hold is over.
    right.disable(.read)
    if direction == .read { top.readTimeout = .nanoseconds(100) } else { top.writeTimeout = .nanoseconds(100) }
    gate.open = []
    right.write("in")
    top.write("out")
    try base.run(for: .nanoseconds(1_000))
    #expect(timeouts.isEmpty)
    gate.set(.both)
    try base.run(for: .nanoseconds(1_000))
    #expect(timeouts == [1_100])
  }

  /// The layer that holds back is itself in the filter's hands when it says so.
  @Test(arguments: [Directions.read, .write])
  func `timeouts of the held layer itself, and of the one below, stand still too`(_ direction: Directions) throws {
    let (left, right) = base.pair()
    if direction == .read { left.readTimeout = .nanoseconds(100) } else { left.writeTimeout = .nanoseconds(100) }
    let top = try left.filtered(by: GateFilter(gate: gate))
    var timeouts: [Int64] = []
    top.onEvent = { if case .timeout = $1 { timeouts.append($0.base.now.nanoseconds) } }
    if direction == .read { top.readTimeout = .nanoseconds(150) } else { top.writeTimeout = .nanoseconds(150) }
    right.disable(.read)
    gate.open = []
    right.write("in")
    top.write("out")
    try base.run(for: .nanoseconds(1_000))
    #expect(timeouts.isEmpty)
    gate.set(.both)
    try base.run(for: .nanoseconds(1_000))
    #expect(timeouts == [1_100, 1_150])
  }

  @Test func `a layer that stays open when its filter goes reads on by itself`() throws {
    let (left, right) = base.pair()
    var top: BufferEvent? = try left.filtered(by: GateFilter(gate: gate), closingUnderlying: false)
    gate.open = []
    right.write("one")
    try base.run()
    right.write("two")
    #expect(left.inputCount == 3)
    #expect(top != nil)
    top = nil
    #expect(left.suspensions(.read).isEmpty)
    #expect(left.input.string() == "onetwo")
  }

  @Test func `a hold does not keep a stack from closing once it is let go`() throws {
    let before = base.ledger
    #expect(before.isBalanced)
    do {
      let (left, right) = base.pair()
      let top = try left.filtered(by: GateFilter(gate: gate))
      gate.open = []
      right.write("in")
      top.write("out")
      try base.run()
      top.close()
      try base.run()
      #expect(right.inputCount == 0)
      gate.set(.both)
      try base.run()
      #expect(right.input.string() == "out")
      #expect(right.isInputEnded)
      right.close()
    }
    try base.run()
    #expect(base.ledger.isBalanced)
  }

  /// Passes everything, and looks at the clock.
  struct Watch: Filter {
    let seen: (EventBase.Instant) -> Void
    var usesTime: Bool { true }
    mutating func encode(
      _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
    ) -> FilterProgress {
      seen(context.now)
      return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
    }
    mutating func decode(
      _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
    ) -> FilterProgress {
      seen(context.now)
      return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
    }
  }

  @Test func `a filter that uses time sees the time of each call`() throws {
    let (left, right) = base.pair()
    var seen: [Int64] = []
    let top = try left.filtered(by: Watch { seen.append($0.nanoseconds) })
    top.write("a")
    try base.run(for: .nanoseconds(5))
    right.write("b")
    try base.run(for: .nanoseconds(5))
    top.write("c")
    #expect(seen == [0, 5, 10])
  }
}
