import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Who keeps an event over a socket alive, and what becomes of one that nobody keeps.
@Suite struct SocketLifetimeTests {
  @Test(arguments: [0, 5, 2_000_000])
  func `an event without callbacks that is dropped closes, behind what was written`(count: Int) throws {
    try onEndingBase { base in
      var (left, right): (BufferEvent?, BufferEvent) = try base.socketPair()
      var got = 0
      right.onRead = { got += $0.input.drain() }
      left?.write([UInt8](repeating: 1, count: count))
      weak let gone = left
      left = nil
      #expect(gone == nil)
      try base.run(until: "the end") { right.isInputEnded }
      try base.runUntilIdle()
      #expect(got == count)
      right.close()
    }
  }

  @Test func `an event with a callback lives without anybody's reference, until it is closed`() throws {
    try onEndingBase { base in
      var got = ""
      weak var echo: BufferEvent?
      let left: BufferEvent
      do {
        let (first, second) = try base.socketPair()
        second.onRead = { $0.write(&$0.input) }
        (left, echo) = (first, second)
      }
      left.onRead = { got += $0.readAll() }
      left.write("hello")
      try base.run(until: "the echo") { got == "hello" }
      echo?.close()
      try base.runUntilIdle()
      #expect(echo == nil)
      #expect(left.isInputEnded)
      left.close()
    }
  }

  @Test func `taking its last callback away lets go of it`() throws {
    try onEndingBase { base in
      let (left, right) = try base.socketPair()
      left.onRead = { _ in }
      left.onEvent = { _, _ in }
      left.onRead = nil
      #expect(base.lingering.count == 1)
      left.onEvent = nil
      #expect(base.lingering.isEmpty)
      left.onWrite = { _ in }
      #expect(base.lingering.count == 1)
      left.abort()
      left.onWrite = { _ in }
      #expect(base.lingering.isEmpty, "a closed event is kept by nobody")
      right.abort()
    }
  }

  @Test func `an event that told its error is let go of, and its descriptor given back`() throws {
    try onEndingBase { base in
      var told: [String] = []
      let listener = try base.listen(at: .loopback()) { event, _ in
        event.onEvent = { told.append($1.words) }
      }
      let client = try RawSocket(to: listener.address)
      try base.run(until: "a connection") { listener.openConnections == 1 }
      client.reset()
      // The handler does nothing about it.
      try base.run(until: "the error") { !told.isEmpty }
      #expect(told.count == 1 && told[0].hasPrefix("error"))
      try base.runUntilIdle()
      #expect(listener.openConnections == 0)
    }
  }

  @Test func `an event that fails with nobody to tell is let go of, behind its last bytes`() throws {
    try onEndingBase { base in
      var got = ""
      let listener = try base.listen(at: .loopback()) { event, _ in event.onRead = { got += $0.readAll() } }
      let client = try RawSocket(to: listener.address)
      try base.run(until: "a connection") { listener.openConnections == 1 }
      client.send("last words")
      client.reset()
      try base.run(until: "its descriptor") { listener.openConnections == 0 }
      #expect(got == "last words")
    }
  }

  @Test func `a connection that nobody takes is closed (L5)`() throws {
    try onEndingBase { base in
      let listener = try base.listen(at: .loopback()) { event, _ in event.write("nobody is here") }
      let client = try RawSocket(to: listener.address)
      try base.run(until: "a connection") { listener.counts.accepted == 1 }
      try base.run(until: "its end") { listener.openConnections == 0 }
      #expect(client.received() == "nobody is here")
      #expect(client.received() == "")
    }
  }

  @Test func `what stands on a socket is kept for its own callbacks, and the socket for its when it surfaces`() throws {
    try onEndingBase { base in
      var seen: [String] = []
      let far: BufferEvent
      weak var below: BufferEvent?
      do {
        let (left, right) = try base.socketPair()
        (far, below) = (right, left)
        left.onRead = { seen.append("below " + $0.readAll()) }
        let top = try left.filtered(by: Pass(), closingUnderlying: false)
        top.onRead = { event in
          seen.append("above " + event.readAll())
          event.close()
        }
      }
      far.write("one")
      try base.run(until: "the first") { seen.count == 1 }
      far.write("two")
      try base.run(until: "the second") { seen.count == 2 }
      #expect(seen == ["above one", "below two"])
      below?.close()
      far.close()
    }
  }

  @Test func `an end that is dropped while it connects still sends what was written`() throws {
    try onEndingBase { base in
      var got = ""
      var hasEnded = false
      let listener = try base.listen(at: .loopback()) { event, _ in
        event.onRead = { got += $0.readAll() }
        event.onEvent = { event, _ in
          hasEnded = true
          event.close()
        }
      }
      base.connect(to: listener.address).write("from the grave")
      try base.run(until: "the end") { hasEnded }
      #expect(got == "from the grave")
    }
  }

  @Test func `an event that outlives its base's end gives everything back when it is dropped`() throws {
    let base = EventBase()
    do {
      let (left, right) = try base.socketPair()
      left.write([UInt8](repeating: 1, count: 2_000_000))
      base.shutDown()
      withExtendedLifetime((left, right)) {}
    }
    #expect(base.ledger.isBalanced, "\(base.ledger)")
    #expect(base.lingering.isEmpty)
  }
}
