import Testing

@testable import Sluice

/// F26 (libevent#616): closing loses nothing that any layer holds.
@Suite struct FilterClosingTests {
  private var shaken: Stack { Stack().adding { Pass() }.adding { Frames() } }
  private func client() -> Stack { shaken.adding { Handshake() }.adding { Trailer() } }
  private func server() -> Stack { shaken.adding { Handshake(isServer: true) }.adding { Trailer() } }

  @Test(arguments: [1, 3, 10, 1000], [true, false])
  func `closing during a handshake completes it, and delivers everything`(mark: Int, dropping: Bool) throws {
    let base = EventBase(clock: .virtual)
    do {
      let (left, right) = base.pair()
      var sender: BufferEvent? = try client().applied(to: left)
      let receiver = try server().applied(to: right)
      sender?.setAllMarks(mark)
      receiver.setAllMarks(mark)
      let seen = Recorder(receiver)
      sender?.write(pattern(300))
      if !dropping { sender?.close() }
      sender = nil
      try base.runUntilIdle(maximumSteps: 100_000)
      #expect(seen.bytes == pattern(300))
      #expect(seen.events == ["connected", "end of input"])
      #expect(seen.log.first == "connected")
      #expect(receiver.write("x") == .refused(.peerClosed))
      receiver.close()
    }
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(base.ledger.isBalanced, "\(base.ledger)")
    #expect(base.lingering.isEmpty)
  }

  @Test func `the server that closes first in a handshake delivers too`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let receiver = try client().applied(to: left)
    let sender = try server().applied(to: right)
    let seen = Recorder(receiver)
    sender.disable(.read)
    sender.write("welcome")
    sender.close()
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(seen.text == "welcome")
    #expect(seen.events == ["connected", "end of input"])
  }

  @Test func `both ends closing with bytes under way come to an end`() throws {
    let base = EventBase(clock: .virtual)
    do {
      let (left, right) = base.pair()
      let (one, two) = (try client().applied(to: left), try server().applied(to: right))
      one.setAllMarks(5)
      two.setAllMarks(5)
      one.write(pattern(500))
      two.write(pattern(500))
      one.close()
      two.close()
    }
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(base.lingering.isEmpty)
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }

  @Test(arguments: ["abort", "free", "close", "finish"])
  func `a stack that closes in a handshake ends when the other end is gone`(how: String) throws {
    let base = EventBase(clock: .virtual)
    do {
      let (left, right) = base.pair()
      let sender = try client().applied(to: left)
      sender.write("never sent")
      sender.close()
      try base.runUntilIdle(maximumSteps: 1000)
      #expect(!base.lingering.isEmpty)
      switch how {
      case "abort": right.abort()
      case "free": right.free()
      case "close": right.close()
      default: right.finish()
      }
      try base.runUntilIdle(maximumSteps: 1000)
      if how == "finish" { right.close() }
    }
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(base.lingering.isEmpty)
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }

  @Test func `a filter that fails while closing drives it ends the stack`() throws {
    let base = EventBase(clock: .virtual)
    do {
      let (left, right) = base.pair()
      let sender = try client().applied(to: left)
      sender.write("never sent")
      sender.close()
      right.write([4] + "NOPE".utf8)
      try base.runUntilIdle(maximumSteps: 1000)
      right.input.drain()
      try base.runUntilIdle(maximumSteps: 1000)
      #expect(base.lingering.isEmpty)
    }
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }

  @Test func `the limit of a close holds for all layers`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    right.readMarks = Watermarks(high: 1)
    let seen = Recorder(right)
    right.onRead = nil
    let sender = try Stack().adding { Pass() }.adding { Frames() }.applied(to: left)
    sender.write("waits")
    sender.close(within: .seconds(2))
    try base.run(for: .milliseconds(1999))
    #expect(seen.events.isEmpty)
    #expect(!base.lingering.isEmpty)
    try base.run(for: .milliseconds(1))
    #expect(seen.events.count == 1)
    #expect(base.lingering.isEmpty)
  }

  @Test func `a dropped stack with a filter that sleeps is woken and delivers`() throws {
    let base = EventBase(clock: .virtual)
    do {
      let (left, right) = base.pair()
      var sender: BufferEvent? = try Stack().adding { Frames() }.adding { Delay(.seconds(3)) }.applied(to: left)
      let seen = Recorder(right)
      sender?.write("late")
      #expect(sender?.isClosed == false)
      sender = nil
      try base.run(for: .seconds(2))
      #expect(seen.log.isEmpty)
      try base.run(for: .seconds(1))
      #expect(seen.bytes == [4] + "late".utf8 + [0])
      #expect(seen.events == ["end of input"])
    }
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }

  @Test(arguments: ["close", "abort", "free", "finish"]) func `ending the lower event ends the stack`(how: String)
    throws
  {
    let base = EventBase(clock: .virtual)
    do {
      let (left, right) = base.pair()
      let top = try Stack().adding { Frames() }.adding { Trailer() }.applied(to: right)
      let (seen, other) = (Recorder(top), Recorder(left))
      top.write("ab")
      let middle = try #require(top.underlying)
      switch how {
      case "close": middle.close()
      case "abort": middle.abort()
      case "free": middle.free()
      default: middle.finish()
      }
      try base.runUntilIdle(maximumSteps: 1000)
      switch how {
      case "close":
        #expect(other.bytes == [2] + "ab".utf8 + [4] + "END!".utf8 + [0])
        #expect(other.events == ["end of input"])
        #expect(top.write("x") == .refused(.closed))
      case "abort":
        #expect(other.events == ["error: the other end reset the stream"])
        #expect(seen.events == ["error: the other end reset the stream"])
      case "free":
        #expect(top.write("x") == .refused(.unlinked))
        #expect(left.write("x") == .refused(.unlinked))
        #expect(seen.events.isEmpty)
      default:
        #expect(other.bytes == [2] + "ab".utf8 + [4] + "END!".utf8 + [0])
        #expect(top.write("x") == .refused(.finished))
      }
      top.close()
      left.close()
      try base.runUntilIdle(maximumSteps: 1000)
      #expect(base.lingering.isEmpty)
    }
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }

  @Test func `answers to an end that closed are dropped`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let hooks = Hooks()
    hooks.decode = { $0.reply.append("answer") }
    let top = try right.filtered(by: Hooked(hooks))
    let seen = Recorder(top)
    left.write("abc")
    left.close()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(seen.text == "abc")
    #expect(right.outputBuffer.count == 0)
    top.close()
    try base.runUntilIdle(maximumSteps: 1000)
    #expect(base.lingering.isEmpty)
  }
}
