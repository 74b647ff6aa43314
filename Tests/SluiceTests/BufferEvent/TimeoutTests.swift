import Testing

@testable import Sluice

/// Rules C31 to C34 and P8, part 3 rows 15 and 20, and the timeout scenarios of section 2.1.
struct TimeoutTests {
  /// Notes what `event` tells, with the time.
  private func watch(_ event: BufferEvent, _ log: EventLog, _ name: String = "") {
    event.onEvent = { event, what in log.add("\(event.base.elapsed) \(name)\(what.words)") }
  }

  @Test func `C31, C33: a read timeout comes at its instant, once, and disables reading`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(left, log)
      left.readTimeout = .milliseconds(150)
      #expect(left.readTimeout == .milliseconds(150))
      try base.run()
      #expect(log.take() == ["150 timeout reading"])
      #expect(left.enabled == .write)
      #expect(base.elapsed == 150)
      right.write("x")
      #expect(left.unread == 0)
      left.enable(.read)
      try base.run()
      #expect(log.take() == ["300 timeout reading"])
    }
  }

  @Test func `C33: a write timeout comes at its instant, and disables writing`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(left, log)
      right.disable(.read)
      left.writeTimeout = .milliseconds(100)
      base.schedule(after: .milliseconds(30)) { left.write("stuck") }
      try base.run()
      #expect(log.take() == ["130 timeout writing"])
      #expect(left.enabled == .read)
      right.enable(.read)
      #expect(right.unread == 0)
      left.enable(.write)
      #expect(right.inputText == "stuck")
      try base.run()
      #expect(log.take() == [])
    }
  }

  @Test func `section 2.1, timeout of a pair: the end with nothing to write gets no write timeout`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      for (event, name) in [(left, "left "), (right, "right ")] {
        watch(event, log, name)
        event.readTimeout = .milliseconds(150)
        event.writeTimeout = .milliseconds(100)
      }
      right.disable(.read)
      left.write("waits for ever")
      try base.run()
      #expect(log.take() == ["100 left timeout writing", "150 left timeout reading"])
      #expect(left.enabled == [])
      #expect(right.enabled == .write)
    }
  }

  @Test func `part 3 row 15, P8: what is delivered starts no write timeout`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(left, log)
      watch(right, log)
      left.writeTimeout = .milliseconds(50)
      left.enable(.write)
      left.write("through")
      right.readMarks = Watermarks(high: 10)
      left.write("waits")
      base.schedule(after: .milliseconds(49)) { right.input.drain() }
      try base.run()
      #expect(log.take() == [])
      #expect(base.elapsed == 49)
    }
  }

  @Test func `each byte that moves puts the read timeout off`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(right, log)
      right.readTimeout = .milliseconds(100)
      for time in [30, 90, 189, 250] { base.schedule(after: .milliseconds(time)) { left.write("x") } }
      try base.run()
      #expect(log.take() == ["350 timeout reading"])
    }
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

  @Test func `each byte that leaves puts the write timeout off`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(left, log)
      right.readMarks = Watermarks(high: 10)
      left.writeTimeout = .milliseconds(100)
      left.write([UInt8](repeating: 1, count: 35))
      for time in [60, 120] { base.schedule(after: .milliseconds(time)) { right.input.drain(10) } }
      try base.run()
      #expect(log.take() == ["220 timeout writing"])
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

  @Test func `a timeout that is over while the input is in use counts on when the access ends`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      watch(right, log)
      right.readTimeout = .milliseconds(100)
      right.writeTimeout = .milliseconds(100)
      left.write("0123456789")
      use(&right.input) { buffer in
        right.readMarks = Watermarks(high: 5)
        right.write("answer")
        right.disable(.write)
        buffer.drain(1)
      }
      try base.run()
      #expect(log.take() == [])
      right.input.drain(7)
      try base.run()
      #expect(log.take() == ["100 timeout reading"])
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

  @Test func `the timeout handler may set another timeout, enable again, or drop the event`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      var held: BufferEvent? = left
      var times: [Int] = []
      left.onEvent = { event, _ in
        times.append(event.base.elapsed)
        if times.count == 3 {
          held = nil
          return
        }
        event.readTimeout = .milliseconds(10 * times.count)
        event.enable(.read)
      }
      left.readTimeout = .milliseconds(5)
      try base.run()
      #expect(times == [5, 15, 35])
      #expect(held == nil)
      withExtendedLifetime(right) {}
    }
  }
}

/// Holds a buffer while `body` runs, as a function does that takes one by reference.
func use(_ buffer: inout EventBuffer, _ body: (inout EventBuffer) -> Void) { body(&buffer) }
