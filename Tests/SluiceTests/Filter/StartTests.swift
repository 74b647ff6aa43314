import Testing

@testable import Sluice

/// F1, F3, F4: putting filters on, taking them off.
@Suite struct FilterStartTests {
  @Test func `STARTTLS in one burst: what was not read goes through the filter (F4)`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    var top: BufferEvent?
    var seen: Recorder?
    right.onRead = { plain in
      guard plain.input.readLine() == "STARTTLS" else { return }
      plain.write("go\n")
      do {
        let made = try plain.filtered(by: Xor(key: 1))
        seen = Recorder(made)
        top = made
      } catch { Issue.record(error) }
    }
    left.write("STARTTLS\n")
    left.write("abc".utf8.map { $0 ^ 1 })
    try base.runUntilIdle(maximumSteps: 1000)
    left.write("def".utf8.map { $0 ^ 1 })
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen?.text == "abcdef")
    top?.write("no")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(left.input.readLine() == "go")
    #expect(left.input.read().map { $0 ^ 1 } == [UInt8]("no".utf8))
    top = nil
  }

  @Test func `what waits below is read through the filter only`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    right.onRead = { _ in Issue.record("a filter stands on it") }
    right.onEvent = { Issue.record("told below: \(words($1))") }
    left.write("abc")
    left.finish()
    let seen = Recorder(try right.filtered(by: Pass()))
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
    #expect(seen.log == ["read", "end of input"])
  }

  @Test func `an event that waits below is told on top`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    defer { _ = left }
    right.trigger(.notice("before"))
    right.trigger(.connected)
    right.onEvent = { Issue.record("told below: \(words($1))") }
    let seen = Recorder(try right.filtered(by: Pass()))
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log == ["connected", "notice before"])
  }

  @Test func `a filter on a disabled event enables it (F1)`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    right.disable(.both)
    right.write("waits")
    left.write("abc")
    let top = try right.filtered(by: Pass())
    let seen = Recorder(top)
    top.write("!")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
    #expect(left.input.string() == "waits!")
  }

  @Test func `a second filter on the same event is refused with the name of the first (F3)`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Pass())
    let seen = Recorder(top)
    #expect(throws: StackError.alreadyFiltered(by: "Pass")) { _ = try right.filtered(by: Xor(key: 1)) }
    #expect(StackError.alreadyFiltered(by: "Pass").description.contains("Pass"))
    #expect(right.write("x") == .refused(.underneath))
    left.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
  }

  @Test func `a filter on a closed event is refused`() throws {
    let base = EventBase(clock: .virtual)
    let (_, right) = base.pair()
    right.close()
    #expect(throws: StackError.closed) { _ = try right.filtered(by: Pass()) }
  }

  @Test func `a filter on an event whose buffers are in use is refused`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    defer { _ = left }
    let hooks = Hooks()
    let top = try right.filtered(by: Hooked(hooks))
    hooks.encode = { [weak top] _ in
      guard let top else { return }
      #expect(throws: StackError.busy) { _ = try top.filtered(by: Handshake()) }
    }
    top.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(hooks.encodes > 0)
  }

  @Test(arguments: [true, false]) func `a filter can be taken off, and another put on`(dropping: Bool) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let other = Recorder(left)
    var top: BufferEvent? = try right.filtered(by: Trailer(), closingUnderlying: false)
    let seen = Recorder(try #require(top), keeping: false)
    top?.write("one")
    left.write("ab1234")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "ab")
    if !dropping { top?.close() }
    top = nil
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(other.text == "oneEND!")
    #expect(other.events.isEmpty)
    #expect(right.underlying == nil)
    #expect(right.write("plain").isAccepted)
    top = try right.filtered(by: Xor(key: 3))
    let again = Recorder(try #require(top))
    top?.write("x")
    left.write("abc".utf8.map { $0 ^ 3 })
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(other.text == "oneEND!plain\u{7b}")
    #expect(again.text == "abc")
  }

  @Test func `what was left below is told of when the filter is gone`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Blocks(), closingUnderlying: false)
    left.write("12345678abc")
    try base.runUntilIdle(maximumSteps: 1000)
    let seen = Recorder(right)
    top.close()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
    left.write("def")
    left.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abcdef")
    #expect(seen.events == ["end of input"])
  }

  @Test func `one description serves many events`() throws {
    let base = EventBase(clock: .virtual)
    let stack = Stack().adding { Frames() }.adding(Stack().adding { Xor(key: 9) }.adding { Trailer() })
    #expect(stack.count == 3)
    for _ in 0..<3 {
      let (left, right) = base.pair()
      let (sender, receiver) = (try stack.applied(to: left), try stack.applied(to: right))
      let seen = Recorder(receiver)
      sender.write("same")
      sender.close()
      try base.runUntilIdle(maximumSteps: 10_000)
      #expect(seen.text == "same")
      #expect(seen.events == ["end of input"])
      #expect(receiver.layers.count == 4)
    }
    let (alone, _) = base.pair()
    #expect(try Stack().applied(to: alone) === alone)
  }

  @Test func `a stack that cannot be made throws, and what stands is closed with the event`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let seen = Recorder(left)
    let stack = Stack().adding { Pass() }.adding { () throws -> Pass in throw Fault("not made") }
    #expect(throws: Fault("not made")) { _ = try stack.applied(to: right) }
    right.close()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.events == ["end of input"])
  }
}
