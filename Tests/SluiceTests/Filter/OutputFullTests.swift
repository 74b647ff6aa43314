import Testing

@testable import Sluice

/// Filters that wait for more to encode than their layer may hold: nothing would ever bring it, but on top of a stack.
@Suite struct OutputFullTests {
  let base = EventBase(clock: .virtual)

  /// A stack whose lower filter takes whole units of `size`, over `left`, where its layer holds up to `mark`.
  private func stack(
    over left: BufferEvent, units size: Int, mark: Int, waitsForRoom: Bool = false
  ) throws -> BufferEvent {
    let middle = try left.filtered(by: Units(size, waitsForRoom: waitsForRoom))
    middle.writeMarks = Watermarks(high: mark)
    return try middle.filtered(by: Pass())
  }

  private func expectFull(_ seen: Recorder, place: Int = 1, _ location: SourceLocation = #_sourceLocation) {
    #expect(seen.events.count == 1, "\(seen.log)", sourceLocation: location)
    guard case .outputFull = seen.error?.reason else {
      Issue.record("\(seen.log)", sourceLocation: location)
      return
    }
    #expect(seen.error?.filter == "Units", sourceLocation: location)
    #expect(seen.error?.place == place, sourceLocation: location)
    #expect(seen.error?.direction == .write, sourceLocation: location)
  }

  @Test(arguments: [5, 6, 19]) func `a unit that the filter's own layer can never hold is an error, not a stall`(
    mark: Int
  ) throws {
    let (left, right) = base.pair()
    let top = try stack(over: left, units: 20, mark: mark)
    let (seen, other) = (Recorder(top), Recorder(right))
    #expect(top.write(pattern(100)).isAccepted)
    try base.runUntilIdle(maximumSteps: 1000)
    expectFull(seen)
    #expect(
      seen.error?.description == "filter Units (number 1 from the wire), writing: a unit is longer than the filter's "
        + "own layer may hold: raise its write high mark, or take such units in parts")
    #expect(other.log.isEmpty)
  }

  @Test(arguments: [20, 21, 39, 40]) func `a layer that holds a unit goes on`(mark: Int) throws {
    let (left, right) = base.pair()
    let top = try stack(over: left, units: 20, mark: mark)
    let (seen, other) = (Recorder(top), Recorder(right))
    for _ in 0..<10 { top.write(pattern(9)) }
    top.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    #expect(other.bytes == (0..<10).flatMap { _ in pattern(9) })
  }

  @Test(arguments: [false, true]) func `a stack that is finished or closed with such a unit ends`(
    isClosed: Bool
  ) throws {
    let (left, right) = base.pair()
    let top = try stack(over: left, units: 20, mark: 5)
    let (seen, other) = (Recorder(top), Recorder(right))
    top.write(pattern(100))
    if isClosed { top.close() } else { top.finish() }
    try base.runUntilIdle(maximumSteps: 1000)
    if !isClosed { expectFull(seen) }
    top.close()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(other.log == ["end of input"])
    #expect(base.lingering.isEmpty)
  }

  @Test func `on top of a stack a unit may be longer than the mark`() throws {
    let (left, right) = base.pair()
    let top = try left.filtered(by: Units(20))
    top.writeMarks = Watermarks(high: 5)
    let (seen, other) = (Recorder(top), Recorder(right))
    for _ in 0..<2 {
      top.write(pattern(10))
      try base.runUntilIdle(maximumSteps: 1000)
    }
    #expect(seen.log.isEmpty)
    #expect(other.bytes.count == 20)
  }

  @Test func `what is flushed in the same turn comes past the mark`() throws {
    let (left, right) = base.pair()
    let top = try stack(over: left, units: 1000, mark: 5)
    let (seen, other) = (Recorder(top), Recorder(right))
    top.write(pattern(100))
    top.flush(.flush)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    #expect(other.bytes == pattern(100))
  }

  @Test func `a mark that is raised in the same turn is kept to`() throws {
    let (left, right) = base.pair()
    let top = try stack(over: left, units: 20, mark: 5)
    let (seen, other) = (Recorder(top), Recorder(right))
    top.write(pattern(40))
    top.underlying?.writeMarks = Watermarks(high: 20)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    #expect(other.bytes == pattern(40))
  }

  @Test func `a mark that is lowered below what waits is told as well`() throws {
    let (left, right) = base.pair()
    defer { right.close() }
    let top = try stack(over: left, units: 20, mark: 20)
    let seen = Recorder(top)
    top.write(pattern(10))
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    top.underlying?.writeMarks = Watermarks(high: 7)
    try base.runUntilIdle(maximumSteps: 1000)
    expectFull(seen)
  }

  @Test func `a filter that is put on a layer past its mark is told as well`() throws {
    let (left, right) = base.pair()
    defer { right.close() }
    let middle = try left.filtered(by: Units(20))
    middle.writeMarks = Watermarks(high: 5)
    middle.write(pattern(10))
    try base.runUntilIdle(maximumSteps: 1000)
    let seen = Recorder(try middle.filtered(by: Pass()))
    try base.runUntilIdle(maximumSteps: 1000)
    expectFull(seen)
  }

  @Test func `a filter that waits over another that waits is no stall either`() throws {
    let (left, right) = base.pair()
    defer { right.close() }
    let lowest = try left.filtered(by: Units(50))
    let top = try stack(over: lowest, units: 20, mark: 20)
    let seen = Recorder(top)
    // A whole unit waits in the lowest layer, and goes nowhere.
    top.write(pattern(20))
    top.underlying?.writeMarks = Watermarks(high: 15)
    top.write(pattern(24))
    try base.runUntilIdle(maximumSteps: 1000)
    expectFull(seen, place: 2)
  }

  @Test func `a filter that waits for room is called when there is some`() throws {
    let (left, right) = base.pair()
    left.writeMarks = Watermarks(high: 30)
    right.disable(.read)
    let top = try stack(over: left, units: 20, mark: 25, waitsForRoom: true)
    let (seen, other) = (Recorder(top), Recorder(right))
    for _ in 0..<10 { top.write(pattern(10)) }
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    right.enable(.read)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    #expect(other.bytes.count == 100)
  }

  @Test func `a filter that gives what it has when it is woken is not full before`() throws {
    let (left, right) = base.pair()
    let middle = try left.filtered(by: Units(20, delay: .seconds(1)))
    middle.writeMarks = Watermarks(high: 5)
    let top = try middle.filtered(by: Pass())
    let (seen, other) = (Recorder(top), Recorder(right))
    top.write(pattern(9))
    try base.run(for: .seconds(3), maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    #expect(other.bytes == pattern(9))
  }
}

/// Encodes whole units, and what there is when it is flushed, at the end, or when it is woken; decodes as it comes.
private struct Units: Filter {
  let size: Int
  /// Whether a unit that does not fit whole waits until there is room, as TLS has it.
  var waitsForRoom = false
  /// How long it waits for a whole unit.
  var delay: Duration?
  var isDue = false

  init(_ size: Int, waitsForRoom: Bool = false, delay: Duration? = nil) {
    (self.size, self.waitsForRoom, self.delay) = (size, waitsForRoom, delay)
  }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let isPushed = context.mode != .normal || isDue
    isDue = false
    guard source.count >= size || (isPushed && !source.isEmpty) else {
      if let delay, !source.isEmpty { context.wake(after: delay) }
      return .needsMore
    }
    if waitsForRoom, context.limit < size, !target.isEmpty { return .needsMore }
    target.append(upTo: size, from: &source)
    return .moved
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }

  mutating func wake(_ context: inout FilterContext) throws { isDue = true }
}
