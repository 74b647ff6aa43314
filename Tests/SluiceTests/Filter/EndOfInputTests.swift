import Testing

@testable import Sluice

/// F23: libevent's input filter never learns that the input ended.
@Suite struct FilterEndOfInputTests {
  @Test func `bytes held back come out at the end`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.filtered(by: Trailer())
    let seen = Recorder(top)
    left.write("abEND!")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "ab")
    left.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log == ["read", "end of input"])
  }

  @Test func `input that ends inside a unit is an error, behind the whole units`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let seen = Recorder(try right.filtered(by: Blocks()))
    left.write("12345678abc")
    left.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "12345678")
    #expect(seen.events.count == 1)
    guard case .truncated = seen.error?.reason else {
      Issue.record("\(seen.log)")
      return
    }
    #expect(seen.error?.filter == "Blocks")
    #expect(seen.error?.direction == .read)
  }

  @Test(arguments: 0...3) func `trailers of three layers follow in order`(cut: Int) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let stack = Stack().adding { Frames() }.adding { Trailer() }.adding { Header() }
    let (sender, receiver) = (try stack.applied(to: left), try stack.applied(to: right))
    let seen = Recorder(receiver)
    sender.setAllMarks([1, 3, 20, 100][cut])
    receiver.setAllMarks([100, 1, 2, 7][cut])
    let text = String(repeating: "all of it ", count: 20)
    sender.write(text)
    sender.finish()
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(seen.text == text)
    #expect(seen.events == ["end of input"])
    #expect(sender.write("late") == .refused(.finished))
    #expect(receiver.write("answer").isAccepted)
    receiver.finish()
    let answered = Recorder(sender)
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(answered.text == "answer")
  }

  @Test func `an end that the filter's own protocol tells is an end`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let seen = Recorder(try right.filtered(by: Frames()))
    left.write([2, 65, 66, 0, 9, 9])
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "AB")
    #expect(seen.log == ["read", "end of input"])
    left.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.events == ["end of input"])
  }

  @Test func `an empty stream ends`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let stack = Stack().adding { Trailer() }.adding { Frames() }
    let sender = try stack.applied(to: left)
    let seen = Recorder(try stack.applied(to: right))
    sender.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log == ["end of input"])
  }

  @Test func `an encoder that leaves bytes behind at the end is an error, and does not hang`() throws {
    struct Sulker: Filter {
      var pass = Pass()
      mutating func encode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress { .needsMore }
      mutating func decode(
        _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
      ) throws -> FilterProgress { try pass.decode(&source, into: &target, &context) }
    }
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    defer { _ = left }
    let top = try right.filtered(by: Sulker())
    let seen = Recorder(top)
    top.write("abc")
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.log.isEmpty)
    top.finish()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.events.count == 1)
    #expect(seen.error?.direction == .write)
  }

  @Test func `an encoder may block its end until it is woken`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try left.filtered(by: Delay(.seconds(5)))
    let seen = Recorder(right)
    top.write("late")
    top.finish()
    try base.run(for: .milliseconds(4999))
    #expect(seen.log.isEmpty)
    try base.run(for: .milliseconds(1))
    #expect(seen.text == "late")
    #expect(seen.events == ["end of input"])
  }
}
