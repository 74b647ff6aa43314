import Testing

@testable import Sluice

/// Anything may be done from anywhere: from inside callbacks, and, with more care, from inside filters.
@Suite struct FilterReentrancyTests {
  enum Deed: CaseIterable { case abort, free, close, drop, finish }
  enum Place: CaseIterable { case start, encode, decode, wake, onRead, onEvent }

  @Test(arguments: Deed.allCases, Place.allCases) func `a stack is let go of from anywhere, at each layer`(
    deed: Deed, place: Place
  ) throws {
    for layer in 1...3 {
      for target in 0...3 {
        let base = EventBase(clock: .virtual)
        do {
          let (left, right) = base.pair()
          let hooks = Hooks()
          var stack = Stack()
          for index in 1...3 { stack = index == layer ? stack.adding { Hooked(hooks) } : stack.adding { Pass() } }
          var top: BufferEvent?
          var isDone = false
          let act = {
            guard !isDone, let event = top?.layers[target] else { return }
            isDone = true
            switch deed {
            case .abort: event.abort()
            case .free: event.free()
            case .close: event.close()
            case .finish: event.finish()
            case .drop: top = nil
            }
          }
          switch place {
          case .start: hooks.start = { _ in act() }
          case .encode: hooks.encode = { _ in act() }
          case .decode: hooks.decode = { _ in act() }
          case .wake: hooks.wake = { _ in act() }
          default: break
          }
          top = try stack.applied(to: right)
          if place == .onRead { top?.onRead = { _ in act() } }
          if place == .onEvent { top?.onEvent = { _, _ in act() } }
          if place == .wake { hooks.encode = { [unowned hooks] in if hooks.wakes == 0 { $0.wakeSoon() } } }
          left.write(pattern(50))
          top?.write(pattern(50))
          try base.runUntilIdle(maximumSteps: 10_000)
          top?.write("more")
          left.write("more")
          left.finish()
          try base.runUntilIdle(maximumSteps: 10_000)
          top?.close()
          top = nil
          left.close()
          try base.runUntilIdle(maximumSteps: 10_000)
          hooks.start = nil
          hooks.encode = nil
          hooks.decode = nil
          hooks.wake = nil
        }
        try base.runUntilIdle(maximumSteps: 10_000)
        #expect(base.lingering.isEmpty, "\(deed) \(place) \(layer) \(target)")
        #expect(base.ledger.isBalanced, "\(deed) \(place) \(layer) \(target): \(base.ledger)")
      }
    }
  }

  @Test(arguments: 1...3) func `a filter that writes to its own stack is refused or queued, and nothing is lost`(
    layer: Int
  ) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    var stack = Stack()
    for index in 1...3 { stack = index == layer ? stack.adding { Hooked(hooks) } : stack.adding { Pass() } }
    let top = try stack.applied(to: right)
    let (seen, other) = (Recorder(top), Recorder(left))
    var outcomes: [WriteOutcome] = []
    let write: (inout FilterContext) throws -> Void = { [weak top] _ in
      guard outcomes.count < 2 else { return }
      if let top { outcomes.append(top.write("!")) }
    }
    hooks.encode = write
    hooks.decode = write
    top.write("abc")
    left.write("def")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "def")
    #expect(outcomes.count == 2)
    if layer == 3 { #expect(outcomes == [.refused(.busy), .refused(.busy)]) }
    let taken = outcomes.filter(\.isAccepted).count
    #expect(other.text.filter { $0 == "!" }.count == taken)
    #expect(other.text.filter { $0 != "!" } == "abc")
  }

  @Test(arguments: 1...3, [true, false]) func `a filter that finishes its own stack ends it, behind all bytes`(
    layer: Int, encoding: Bool
  ) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    var stack = Stack()
    for index in 1...3 { stack = index == layer ? stack.adding { Hooked(hooks) } : stack.adding { Pass() } }
    let top = try stack.applied(to: right)
    let other = Recorder(left)
    if encoding {
      hooks.encode = { [weak top] _ in top?.finish() }
    } else {
      hooks.decode = { [weak top] _ in top?.finish() }
    }
    top.write("abc")
    left.write("def")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(other.text == "abc")
    #expect(other.events == ["end of input"])
  }

  @Test(arguments: 1...3) func `a filter that flushes its own stack corrupts nothing`(layer: Int) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    var stack = Stack()
    for index in 1...3 { stack = index == layer ? stack.adding { Hooked(hooks) } : stack.adding { Stutter() } }
    let top = try stack.applied(to: right)
    let (seen, other) = (Recorder(top), Recorder(left))
    hooks.encode = { [weak top] _ in _ = top?.flush(.flush, .both) }
    hooks.decode = { [weak top] _ in _ = top?.flush(.flush, .both) }
    for _ in 0..<10 {
      top.write(pattern(30))
      left.write(pattern(30))
      try base.runUntilIdle(maximumSteps: 10_000)
    }
    #expect(seen.bytes.count == 300)
    #expect(other.bytes.count == 300)
  }

  @Test func `a write while a layer below is looked at goes on afterwards`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try Stack().adding { Pass() }.adding { Pass() }.applied(to: right)
    for layer in top.layers.dropFirst() {
      func look(_ output: borrowing EventBuffer) { top.write("a") }
      look(layer.output)
    }
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(left.input.count == 2)
  }

  @Test func `callbacks that write, restack and disable at once`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Frames())
    var upper: BufferEvent?
    top.onRead = { event in
      do { upper = try event.filtered(by: Xor(key: 1)) } catch { Issue.record(error) }
      event.onRead = { _ in Issue.record("it is underneath") }
      upper?.disable(.read)
      upper?.write("x")
    }
    left.write([1, 65, 1, 66])
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(left.input.read() == [1, UInt8(ascii: "x") ^ 1])
    let seen = Recorder(try #require(upper))
    upper?.enable(.read)
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.bytes == [64, 67])
    upper = nil
  }
}
