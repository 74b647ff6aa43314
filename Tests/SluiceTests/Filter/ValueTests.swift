import Testing

@testable import Sluice

/// A filter is run and tested as a plain value, with no base at all.
@Suite struct FilterValueTests {
  @Test func `a filter runs as a plain value`() throws {
    var filter = Frames(maximum: 4)
    var context = FilterContext(limit: 100, mode: .normal)
    var plain = EventBuffer()
    var wire = EventBuffer()
    var back = EventBuffer()
    plain.append("abcdef")
    while try filter.encode(&plain, into: &wire, &context) == .moved {}
    context.mode = .finished
    #expect(try filter.encode(&plain, into: &wire, &context) == .ended)
    #expect(wire.bytes() == [4] + "abcd".utf8 + [2] + "ef".utf8 + [0])
    while try filter.decode(&wire, into: &back, &context) == .moved {}
    #expect(back.string() == "abcdef")
  }

  @Test func `what a plain filter asks for can be read back`() throws {
    var filter = Handshake(isServer: true)
    var context = FilterContext(limit: 100)
    var wire = EventBuffer()
    var plain = EventBuffer()
    plain.append("hidden")
    #expect(try filter.encode(&plain, into: &wire, &context) == .blocked)
    wire.append("HELO")
    #expect(try filter.decode(&wire, into: &plain, &context) == .moved)
    #expect(context.reply.string() == "HELO")
    let announced = context.announcements.map(words)
    #expect(announced == ["connected"])

    var delay = Delay(.seconds(1))
    context.now = .init(nanoseconds: 5)
    #expect(try delay.encode(&plain, into: &wire, &context) == .moved)
    #expect(context.wakeTime == .init(nanoseconds: 1_000_000_005))
    context.wakeSoon()
    #expect(context.wantsWake == true)
    #expect(context.pausesInput == false)
    context.pausesInput = true
    #expect(context.pausesInput == true)
  }

  @Test func `a filter is called by its type, where it gives no name`() {
    #expect(Pass().name == "Pass")
    #expect(!Pass().usesTime)
    #expect(Thrower(name: "own", direction: .read, left: 1).name == "own")
  }
}
