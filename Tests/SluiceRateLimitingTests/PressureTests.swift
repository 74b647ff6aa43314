import Sluice
import Testing

@testable import SluiceRateLimiting

/// What a limit does to what stands around it: pressure, timeouts, ends, memory, timers.
struct PressureTests {
  let base = EventBase(clock: .virtual)
  let slow: RateLimit
  init() throws { slow = try RateLimit(ByteRate("10kB/s"), burst: 1_000, start: 0) }

  /// Passes everything on, as a layer between others.
  struct Pass: Filter {
    mutating func encode(
      _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
    ) -> FilterProgress { target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore }
    mutating func decode(
      _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
    ) -> FilterProgress { target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore }
  }

  @Test func `a limit on reading stops the other end, and memory is bounded`() throws {
    let (left, right) = base.pair()
    let top = try left.limited(by: slow)
    let timeline = Timeline(of: top)
    pour(right)
    try base.run(for: ms(1_000))
    #expect(timeline.bytes == 10_000)
    #expect(left.inputCount + top.inputCount <= 2 * Watermarks.defaultHigh)
    #expect(right.outputCount >= right.writeMarks.high, "the other end feels it")
    #expect(left.suspensions(.read) == .rate)
    #expect(top.debugDescription.contains("reading suspended by rate"))
    right.abort()
  }

  @Test func `a limit on writing tells the writer, and memory is bounded`() throws {
    let (left, right) = base.pair()
    let limited = try left.limited(by: slow)
    let top = try limited.filtered(by: Pass())
    let timeline = Timeline(of: right)
    pour(top)
    try base.run(for: ms(1_000))
    #expect(timeline.bytes == 10_000)
    #expect(top.outputCount > 200_000, "the writer was not called to write more")
    #expect(limited.outputCount <= Watermarks.defaultHigh)
    #expect(limited.suspensions(.write) == .rate)
    #expect(limited.debugDescription.contains("writing suspended by rate"))
    top.abort()
  }

  /// C32.
  @Test(arguments: [Directions.read, .write], [0, 1, 3])
  func `timeouts do not fire because of a limit, wherever in the stack they stand`(
    _ direction: Directions, _ layers: Int
  ) throws {
    let (left, right) = base.pair()
    if direction == .read { left.readTimeout = ms(150) } else { left.writeTimeout = ms(150) }
    let limiter = RateLimiter(try RateLimit(ByteRate("100B/s"), burst: 100, start: -100, tick: .seconds(1)))
    var top = try left.limited(by: limiter)
    for _ in 0..<layers { top = try top.filtered(by: Pass()) }
    var timeouts = 0
    top.onEvent = { if case .timeout = $1 { timeouts += 1 } }
    if direction == .read { top.readTimeout = ms(150) } else { top.writeTimeout = ms(150) }
    right.write([UInt8](repeating: 1, count: 250))
    top.write([UInt8](repeating: 1, count: 250))
    let (out, back) = (Timeline(of: right), Timeline(of: top))
    try base.run(until: .init(nanoseconds: 3_900_000_000))
    #expect(timeouts == 0)
    #expect(out.bytes == 200)
    #expect(back.bytes == 200)
    try base.run(until: .init(nanoseconds: 4_100_000_000))
    #expect(timeouts == 0)
    try base.run()
    // Once nothing is held back, silence counts again: for the layer below, and for the one on top.
    #expect(timeouts == (direction == .read ? 2 : 0))
    #expect(out.bytes == 250)
  }

  @Test func `a write timeout fires where the other end is to blame, and not the limit`() throws {
    let (left, right) = base.pair()
    right.disable(.read)
    left.writeMarks = Watermarks(high: 100)
    let top = try left.limited(by: slow)
    var timeouts: [Int64] = []
    top.onEvent = { if case .timeout = $1 { timeouts.append($0.base.milliseconds) } }
    top.writeTimeout = ms(150)
    top.write([UInt8](repeating: 1, count: 300))
    try base.run()
    #expect(timeouts.count == 1)
    #expect(try #require(timeouts.first) >= 150)
  }

  @Test func `a write timeout counts again where the layer below got full while a limit held back`() throws {
    let (left, right) = base.pair()
    right.disable(.read)
    let top = try left.limited(by: slow)
    var timeouts: [Int64] = []
    top.onEvent = { if case .timeout = $1 { timeouts.append($0.base.milliseconds) } }
    top.writeTimeout = ms(150)
    top.write([UInt8](repeating: 1, count: 100))
    try base.run(for: ms(7))
    #expect(left.outputCount == 50)
    left.writeMarks = Watermarks(high: 10)
    try base.run()
    #expect(timeouts == [160])
  }

  @Test func `finish keeps the rate, and the end follows the last byte`() throws {
    let (left, right) = base.pair()
    let top = try left.limited(by: slow)
    let timeline = Timeline(of: right)
    var ends: [Int64] = []
    right.onEvent = { if case .endOfInput = $1 { ends.append($0.base.milliseconds) } }
    top.write([UInt8](repeating: 1, count: 1_000))
    top.finish()
    try base.run()
    #expect(timeline.bytes == 1_000)
    #expect(ends == [100])
  }

  @Test func `the end of the input follows the last byte that a limit lets through`() throws {
    let (left, right) = base.pair()
    let top = try left.limited(by: slow)
    let timeline = Timeline(of: top)
    var ends: [Int64] = []
    top.onEvent = { event, what in
      if case .endOfInput = what { ends.append(event.base.milliseconds) } else { Issue.record("\(what)") }
    }
    right.write([UInt8](repeating: 1, count: 1_000))
    right.finish()
    try base.run()
    #expect(timeline.bytes == 1_000)
    #expect(ends == [100])
  }

  @Test(arguments: [true, false])
  func `closing and dropping drain at the rate`(_ isDropped: Bool) throws {
    let (left, right) = base.pair()
    var top: BufferEvent? = try left.limited(by: slow)
    let timeline = Timeline(of: right)
    top?.write([UInt8](repeating: 1, count: 1_000))
    if !isDropped { top?.close() }
    top = nil
    try base.run()
    #expect(timeline.bytes == 1_000)
    #expect(timeline.entries.last?.at == 100_000_000)
    #expect(right.isInputEnded)
  }

  /// Part 3, row 27.
  @Test func `nothing is armed while nothing waits, and errors disarm`() throws {
    let (left, right) = base.pair()
    let top = try left.limited(by: try RateLimit(ByteRate("1B/s"), burst: 100))
    top.write("x")
    right.write("x")
    try base.run()
    #expect(base.now.nanoseconds == 0, "an idle limit keeps no loop running")
    top.flush(.flush)
    top.write([UInt8](repeating: 1, count: 1_000))
    top.flush(.flush)
    top.write("waits for a quarter of an hour")
    right.abort()
    try base.run()
    #expect(base.now.nanoseconds == 0)
    withExtendedLifetime(top) {}
  }

  @Test func `limits stack, and the lower one wins`() throws {
    let (left, right) = base.pair()
    let fast = try RateLimit(ByteRate("20kB/s"), burst: 1_000, start: 0)
    let below = try left.limited(by: fast).filtered(by: Pass())
    let top = try below.limited(by: slow).filtered(by: Pass())
    let (out, back) = (Timeline(of: right), Timeline(of: top))
    top.write([UInt8](repeating: 1, count: 2_000))
    right.write([UInt8](repeating: 1, count: 2_000))
    try base.run()
    #expect(out.bytes == 2_000)
    #expect(back.bytes == 2_000)
    #expect(try #require(out.entries.last).at >= 200_000_000)
    #expect(try #require(out.entries.last).at <= 205_000_000)
    #expect(out.keeps(rate: 10_000, burst: 1_000))
    #expect(back.keeps(rate: 10_000, burst: 1_000))
  }

  @Test func `a stack description can hold limits`() throws {
    let group = RateLimitGroup(on: base, slow)
    let stack = Stack().limited(by: slow).adding { Pass() }.limited(by: group)
    let (left, right) = base.pair()
    let top = try stack.applied(to: left)
    let timeline = Timeline(of: right)
    top.write([UInt8](repeating: 1, count: 100))
    try base.run()
    #expect(timeline.bytes == 100)
    #expect(group.total(.write) == 100)
  }

  @Test(arguments: [true, false])
  func `everything that was made is given back`(_ isOrderly: Bool) throws {
    do {
      let group = RateLimitGroup(on: base, slow)
      let limiter = RateLimiter(slow)
      try limiter.join(group)
      let (left, right) = base.pair()
      let top = try left.limited(by: limiter)
      right.write([UInt8](repeating: 1, count: 10_000))
      top.write([UInt8](repeating: 1, count: 10_000))
      try base.run(for: ms(20))
      if isOrderly { top.close() } else { top.abort() }
      right.close()
    }
    try base.run()
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }
}
