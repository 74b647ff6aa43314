import Testing

@testable import Sluice

/// When no time counts: rules C31 and C32, and part 3 rows 15 and 20.
struct TimeoutPauseTests {
  /// Notes what `event` tells, with the time.
  private func watch(_ event: BufferEvent, _ log: EventLog, _ name: String = "") {
    event.onEvent = { event, what in log.add("\(event.base.elapsed) \(name)\(what.words)") }
  }

  @Test(arguments: [10, Watermarks.unlimited])
  func `part 3 row 20, C5: a reader that drains slowly does not put its timeout off`(high: Int) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(right, log)
      right.readMarks = Watermarks(high: high)
      right.readTimeout = .milliseconds(100)
      left.write("123456789")
      let drains = base.schedule(after: .milliseconds(20), repeatingEvery: .milliseconds(20)) { right.input.drain(1) }
      try base.run(for: .milliseconds(170))
      drains.cancel()
      #expect(log.take() == ["100 timeout reading"])
    }
  }

  @Test func `at the high mark there is nothing to wait for, so no read timeout counts`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(right, log)
      right.readMarks = Watermarks(high: 4)
      right.readTimeout = .milliseconds(100)
      left.write("1234")
      try base.run()
      #expect(base.elapsed == 0)
      base.schedule(after: .milliseconds(500)) { right.input.drain(1) }
      try base.run()
      #expect(log.take() == ["600 timeout reading"])
    }
  }

  enum Pause: CaseIterable { case disabled, suspended }

  @Test(arguments: Pause.allCases, [Directions.read, .write])
  func `C32: a direction that does not run counts no time, and starts anew`(pause: Pause, direction: Directions) throws
  {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(left, log)
      right.disable(.read)
      left.write("waits")
      if direction == .read { left.readTimeout = .milliseconds(150) } else { left.writeTimeout = .milliseconds(150) }
      base.schedule(after: .milliseconds(100)) {
        if pause == .disabled { left.disable(direction) } else { left.suspend(direction, for: .rate) }
      }
      base.schedule(after: .milliseconds(800)) {
        if pause == .disabled { left.enable(direction) } else { left.resume(direction, from: .rate) }
      }
      try base.run()
      #expect(log.take() == ["950 timeout \(direction)"])
    }
  }

  @Test func `after the end of the input no read timeout comes`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(right, log)
      right.readTimeout = .milliseconds(100)
      base.schedule(after: .milliseconds(60)) { left.finish() }
      try base.run()
      #expect(log.take() == ["60 endOfInput"])
      #expect(base.elapsed == 60)
    }
  }

  @Test func `setting a timeout starts it anew, and nil or zero takes it away`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(left, log)
      left.readTimeout = .milliseconds(100)
      base.schedule(after: .milliseconds(80)) { left.readTimeout = .milliseconds(50) }
      try base.run()
      #expect(log.take() == ["130 timeout reading"])
      left.enable(.read)
      left.readTimeout = .zero
      #expect(left.readTimeout == nil)
      left.readTimeout = .seconds(-1)
      try base.run()
      left.readTimeout = .milliseconds(10)
      left.readTimeout = nil
      try base.run()
      #expect(base.elapsed == 130)
      withExtendedLifetime(right) {}
    }
  }

  @Test func `a time that no clock reaches never comes`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.readTimeout = .seconds(Int64.max)
      try base.run(for: .seconds(1_000_000))
      #expect(left.enabled == .both)
      left.readTimeout = nil
      withExtendedLifetime(right) {}
    }
  }

  @Test func `an event that is dropped, closed or freed leaves no timer behind`() throws {
    try inVirtualTime { base in
      for ending in 0..<4 {
        let (left, right) = base.pair()
        left.readTimeout = .seconds(10)
        left.writeTimeout = .seconds(10)
        right.disable(.read)
        left.write("x")
        if ending == 0 { left.close() }
        if ending == 1 { left.abort() }
        if ending == 2 { left.free() }
      }
      try base.run()
      #expect(base.elapsed == 0)
    }
  }
}
