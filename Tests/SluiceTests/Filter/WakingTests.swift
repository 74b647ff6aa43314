import Testing

@testable import Sluice

/// Wakes, replies, announcements, and flushes.
@Suite struct FilterWakingTests {
  @Test func `many writes in one callback make one wake`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    hooks.encode = { [unowned hooks] in if hooks.wakes == 0 { $0.wakeSoon() } }
    let top = try right.filtered(by: Hooked(hooks))
    top.onRead = { event in
      event.input.drain()
      for _ in 0..<50 { event.write("x") }
      #expect(hooks.wakes == 0)
    }
    left.write("go")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(hooks.wakes == 1)
    #expect(left.input.count == 50)
  }

  @Test func `a wake at an instant is exact, and a later request replaces it`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    hooks.start = {
      $0.wake(at: $0.now.advanced(by: .seconds(9)))
      $0.wake(at: $0.now.advanced(by: .milliseconds(1500)))
    }
    var times: [Int64] = []
    hooks.wake = {
      times.append($0.now.nanoseconds)
      $0.reply.append("w")
    }
    let top = try right.filtered(by: Hooked(hooks))
    try base.run()
    #expect(times == [1_500_000_000])
    #expect(left.input.string() == "w")
    _ = top
  }

  @Test func `what a filter holds inside itself comes when it is woken`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Frames() }.adding { Delay(.seconds(2)) }.adding { Pass() }.applied(to: left)
    let seen = Recorder(try right.filtered(by: Frames()))
    top.write("one")
    try base.run(for: .seconds(1))
    top.write("two")
    try base.run(for: .milliseconds(999))
    #expect(seen.text.isEmpty)
    try base.run(for: .milliseconds(1))
    #expect(seen.text == "one")
    try base.run(for: .seconds(1))
    #expect(seen.text == "onetwo")
  }

  @Test func `an input filter that holds bytes inside itself is called when it is woken`() throws {
    final class Late: Filter {
      var held: [UInt8] = []
      var isReady = false
      func encode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress { .needsMore }
      func decode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress {
        let taken = source.read()
        held += taken
        if isReady, !held.isEmpty {
          target.append(held)
          held = []
          return .moved
        }
        if !taken.isEmpty { context.wake(at: .init(nanoseconds: 1_000_000_000)) }
        return taken.isEmpty ? .blocked : .moved
      }
      func wake(_ context: inout FilterContext) throws { isReady = true }
    }
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let seen = Recorder(try right.filtered(by: Late()))
    left.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text.isEmpty)
    try base.run(for: .seconds(1))
    #expect(seen.text == "abc")
  }

  @Test(arguments: 1...3) func `connected comes before what was read, and what was written goes when it is`(
    place: Int
  ) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    var (one, two) = (Stack(), Stack())
    for index in 1...3 {
      one = index == place ? one.adding { Handshake() } : one.adding { Pass() }
      two = index == place ? two.adding { Handshake(isServer: true) } : two.adding { Pass() }
    }
    let (client, server) = (try one.applied(to: left), try two.applied(to: right))
    let (seen, other) = (Recorder(client), Recorder(server))
    client.write("question")
    server.write("early answer")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log == ["connected", "read"])
    #expect(other.log == ["connected", "read"])
    #expect(seen.text == "early answer")
    #expect(other.text == "question")
  }

  @Test func `a blocked encoder goes on when decoding moved, with nothing else to call it`() throws {
    final class Gate: Filter {
      var isOpen = false
      var pass = Pass()
      func encode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress { isOpen ? try pass.encode(&source, into: &target, &context) : .blocked }
      func decode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress {
        isOpen = isOpen || !source.isEmpty
        return source.drain() > 0 ? .moved : .needsMore
      }
    }
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Pass() }.adding { Gate() }.adding { Pass() }.applied(to: right)
    let seen = Recorder(left)
    top.write("held")
    top.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    left.write("open")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "held")
    #expect(seen.events == ["end of input"])
  }

  @Test func `a blocked decoder goes on when encoding moved`() throws {
    final class Gate: Filter {
      var isOpen = false
      var pass = Pass()
      func encode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress {
        isOpen = isOpen || !source.isEmpty
        return try pass.encode(&source, into: &target, &context)
      }
      func decode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress { isOpen ? try pass.decode(&source, into: &target, &context) : .blocked }
    }
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Gate())
    let seen = Recorder(top)
    left.write("held")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    top.write("open")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "held")
  }

  @Test func `a flush of the output takes along what filters hold back, through all layers`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Blocks() }.adding { Blocks() }.adding { Pass() }.applied(to: left)
    top.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(right.input.count == 0)
    #expect(top.flush(.flush))
    #expect(right.input.read() == [UInt8]("abc".utf8) + [0, 0, 0, 0, 0])
    #expect(!top.flush(.flush))
  }

  @Test func `a flush of the input brings what lower layers bring up through the upper ones too (F20)`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Pass() }.adding { Frames() }.adding { Xor(key: 1) }.applied(to: right)
    let seen = Recorder(top)
    left.disable(.write)
    left.write([2, 1 ^ 65, 1 ^ 66])
    #expect(top.flush(.flush, .read))
    #expect(top.input.string() == "AB")
    #expect(!top.flush(.flush, .read))
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.reads == 1)
  }

  @Test func `a finishing flush ends through all layers (F21)`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let stack = Stack().adding { Frames() }.adding { Trailer() }
    let (sender, receiver) = (try stack.applied(to: left), try stack.applied(to: right))
    let seen = Recorder(receiver)
    sender.write("abc")
    sender.flush(.finished)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
    #expect(seen.events == ["end of input"])
  }
}
