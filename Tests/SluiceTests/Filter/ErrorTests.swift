import Testing

@testable import Sluice

/// F12, F13: libevent drops a filter's errors, and spins on one that makes no progress.
@Suite struct FilterErrorTests {
  private func layer(_ index: Int, bad: Int, _ direction: Directions) -> Stack {
    index == bad
      ? Stack().adding { Thrower(name: "thrower \(bad)", direction: direction, left: 3) } : Stack().adding { Pass() }
  }

  private func stack(bad: Int, _ direction: Directions) -> Stack {
    (1...3).reduce(Stack()) { $0.adding(layer($1, bad: bad, direction)) }
  }

  @Test(arguments: 1...3) func `a decoding fault names filter, place and direction, behind the bytes before it`(
    place: Int
  ) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try stack(bad: place, .read).applied(to: right)
    let seen = Recorder(top, writes: true)
    left.write("abcdef")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
    #expect(seen.log == ["read", "error: filter thrower \(place) (number \(place) from the wire), reading: bad byte"])
    #expect(seen.error?.place == place)
    #expect(top.write("x") == .refused(.failed))
    left.write("more")
    top.trigger(.notice("none"))
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
  }

  @Test(arguments: 1...3) func `an encoding fault names filter, place and direction, and is no write`(place: Int) throws
  {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try stack(bad: place, .write).applied(to: right)
    let seen = Recorder(top, writes: true)
    let other = Recorder(left)
    top.write("abcdef")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(other.text == "abc")
    #expect(
      seen.log.filter { $0 != "write" || place == 0 } == [
        "error: filter thrower \(place) (number \(place) from the wire), writing: bad byte"
      ])
    #expect(top.write("x") == .refused(.failed))
  }

  @Test func `a failed encoding is not told as a write`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    defer { _ = left }
    let top = try right.filtered(by: Thrower(direction: .write, left: 0))
    top.onWrite = { _ in Issue.record("nothing was written") }
    let seen = Recorder(top)
    top.onWrite = { _ in Issue.record("nothing was written") }
    top.write("a")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.events.count == 1)
    _ = right
  }

  @Test(arguments: [Directions.read, .write], 1...3) func `progress without a byte is an error (F13)`(
    direction: Directions, place: Int
  ) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    var stack = Stack()
    for index in 1...3 {
      stack = index == place ? stack.adding { Liar(direction: direction) } : stack.adding { Pass() }
    }
    let top = try stack.applied(to: right)
    let seen = Recorder(top)
    if direction == .read { left.write("a") } else { top.write("a") }
    try base.runUntilIdle(maximumSteps: 1000)
    guard case .noProgress = seen.error?.reason else {
      Issue.record("\(seen.log)")
      return
    }
    #expect(seen.error?.filter == "Liar")
    #expect(seen.error?.place == place)
    #expect(seen.error?.direction == direction)
  }

  @Test(arguments: 1...3) func `a slow reader gets all bytes before the fault, then the fault`(place: Int) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    var stack = Stack()
    for index in 1...3 {
      stack = index == place ? stack.adding { Thrower(direction: .read, left: 50) } : stack.adding { Pass() }
    }
    let top = try stack.applied(to: right)
    top.setAllMarks(4)
    var error: StreamError?
    top.onEvent = { if case .error(let failure) = $1 { error = failure } }
    left.write([UInt8](repeating: 1, count: 80))
    var count = 0
    for _ in 0..<100 {
      try base.runUntilIdle(maximumSteps: 1000)
      if error != nil { break }
      count += top.input.drain(3)
    }
    count += top.input.drain()
    #expect(count == 50)
    #expect(error?.place == place)
  }

  @Test func `a fault in start comes to the event callback`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    hooks.start = { _ in throw Fault("cannot start") }
    let top = try right.filtered(by: Hooked(hooks))
    let seen = Recorder(top)
    left.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log == ["error: filter Hooked (number 1 from the wire): cannot start"])
    #expect(hooks.decodes == 0)
    let above = try top.filtered(by: Pass())
    let higher = Recorder(above)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(higher.events == seen.events)
  }

  @Test func `a fault while the filter is woken comes to the event callback, behind its last words`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    hooks.start = { $0.wakeSoon() }
    hooks.wake = {
      $0.reply.append("alert")
      throw Fault("woken badly")
    }
    let top = try right.filtered(by: Hooked(hooks))
    let (seen, other) = (Recorder(top), Recorder(left))
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.events.count == 1)
    #expect(other.text == "alert")
  }

  @Test func `an error is the last event, and comes once`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Pass() }.adding { Thrower(direction: .read, left: 0) }.applied(to: right)
    let seen = Recorder(top)
    left.write("abc")
    left.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    left.abort()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.events.count == 1)
  }

  enum Later: CaseIterable { case timeout, lostOutput, notice, connected }

  @Test(arguments: Later.allCases) func `nothing that happens below is told behind an error`(later: Later) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Pass() }.adding { Thrower(direction: .read, left: 0) }.applied(to: right)
    let seen = Recorder(top)
    if later == .timeout { right.readTimeout = .seconds(1) }
    left.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.events.count == 1)
    switch later {
    case .timeout: try base.run(for: .seconds(2))
    case .lostOutput:
      left.flush(.finished, .read)
      left.close()
    case .notice: right.trigger(.notice("late"))
    case .connected: right.connected()
    }
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.events.count == 1, "\(seen.log)")
  }

  @Test func `a swallowed stream is no error, and its end arrives`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let seen = Recorder(try right.filtered(by: Swallower()))
    left.write("abc")
    left.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log == ["end of input"])
  }
}
