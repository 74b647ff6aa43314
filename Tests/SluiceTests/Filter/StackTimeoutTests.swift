import Testing

@testable import Sluice

/// C32, F25: timeouts of events that stand on others.
@Suite struct FilterTimeoutTests {
  @Test func `an idle stack has no write timeout (F25)`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    defer { _ = left }
    let top = try Stack().adding { Pass() }.adding { Pass() }.applied(to: right)
    let seen = Recorder(top)
    top.writeTimeout = .seconds(1)
    try base.run(for: .seconds(600))
    #expect(seen.log.isEmpty)
    _ = right
  }

  @Test func `a write timeout counts bytes that wait below`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    left.disable(.read)
    let top = try Stack().adding { Pass() }.adding { Frames() }.applied(to: right)
    let seen = Recorder(top)
    top.writeTimeout = .seconds(1)
    top.write("abc")
    #expect(top.outputBuffer.count == 0)
    try base.run(for: .milliseconds(999))
    #expect(seen.events.isEmpty)
    try base.run(for: .milliseconds(1))
    #expect(seen.events == ["timeout writing"])
    try base.run(for: .seconds(60))
    #expect(seen.events.count == 1)
  }

  @Test func `bytes that leave below put the write timeout off, and the last one ends it`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    left.readMarks = Watermarks(high: 1)
    let top = try Stack().adding { Pass() }.adding { Frames() }.applied(to: right)
    let seen = Recorder(top)
    top.writeTimeout = .seconds(1)
    top.write("abcdef")
    for _ in 0..<7 {
      try base.run(for: .milliseconds(900))
      left.input.drain()
    }
    try base.run(for: .seconds(60))
    #expect(seen.events.isEmpty)
  }

  @Test func `a read timeout of a stack counts what comes through`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Pass() }.adding { Frames() }.applied(to: right)
    let seen = Recorder(top)
    top.readTimeout = .seconds(1)
    for _ in 0..<5 {
      try base.run(for: .milliseconds(900))
      left.write([1, 65])
    }
    try base.run(for: .milliseconds(900))
    #expect(seen.events.isEmpty)
    try base.run(for: .milliseconds(100))
    #expect(seen.events == ["timeout reading"])
    #expect(!top.enabled.contains(.read))
  }

  @Test(arguments: [true, false])
  func `no timeout of a layer holds up a stack that is closing`(closingUnderlying: Bool) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Pass(), closingUnderlying: closingUnderlying)
    let below = Recorder(right)
    right.writeMarks = Watermarks(high: 10)
    (right.readTimeout, right.writeTimeout) = (.seconds(1), .seconds(1))
    left.disable(.read)
    top.write([UInt8](repeating: 1, count: 100))
    top.close()
    try base.run()
    #expect(base.elapsed == 0)
    try base.run(for: .seconds(60))
    left.enable(.read)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(left.unread == 100)
    #expect(left.isInputEnded == closingUnderlying)
    // What stays open times out again.
    try base.run()
    #expect(below.events == (closingUnderlying ? [] : ["timeout reading"]))
    #expect(base.elapsed == (closingUnderlying ? 60_000 : 61_000))
  }
}
