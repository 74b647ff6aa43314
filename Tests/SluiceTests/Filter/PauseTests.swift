import Testing

@testable import Sluice

/// A filter that refuses input: what a rate limit needs.
@Suite struct FilterPauseTests {
  @Test func `a filter that pauses its input suspends what is below, until it says otherwise`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Limiter())
    let seen = Recorder(top)
    left.write("a")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "a")
    #expect(right.suspensions(.read) == .filter)
    left.write("b")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(left.outputBuffer.count == 1)
    #expect(seen.text == "a")
    try base.run(for: .seconds(1))
    #expect(seen.text == "ab")
    #expect(right.suspensions(.read) == .filter)
  }

  @Test func `a pause that starts with the filter holds the wire, and ends with the filter`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    hooks.start = { $0.pausesInput = true }
    let top = try right.filtered(by: Hooked(hooks), closingUnderlying: false)
    left.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(left.outputBuffer.count == 3)
    let seen = Recorder(right)
    top.close()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
    #expect(right.suspensions(.both).isEmpty)
  }

  @Test(arguments: 1...3) func `a pause at any depth is felt at the wire within the marks above it`(place: Int) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    hooks.start = {
      $0.pausesInput = true
      $0.wake(at: $0.now.advanced(by: .seconds(1)))
    }
    hooks.wake = { $0.pausesInput = false }
    var stack = Stack()
    for index in 1...3 { stack = index == place ? stack.adding { Hooked(hooks) } : stack.adding { Pass() } }
    let top = try stack.applied(to: right)
    top.setAllMarks(10)
    let seen = Recorder(top)
    left.write(pattern(100))
    left.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    #expect(left.outputBuffer.count >= 100 - 10 * (place - 1))
    try base.run(for: .seconds(1))
    #expect(seen.bytes == pattern(100))
    #expect(seen.events == ["end of input"])
  }

  @Test func `encoding may end a pause too`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    hooks.start = { $0.pausesInput = true }
    hooks.encode = { $0.pausesInput = false }
    let top = try right.filtered(by: Hooked(hooks))
    let seen = Recorder(top)
    left.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text.isEmpty)
    top.write("now")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
  }
}
