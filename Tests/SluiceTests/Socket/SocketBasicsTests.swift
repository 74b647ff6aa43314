import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct SocketBasicsTests {
  @Test(arguments: [PollerKind.automatic, .poll])
  func `a line goes over a socket pair and comes back, and both ends see the end`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let (left, right) = try base.socketPair()
    var seen: [String] = []
    right.onRead = { event in event.write(&event.input) }
    right.onEvent = { event, what in
      if case .endOfInput = what {
        seen.append("right")
        event.close()
      }
    }
    left.onEvent = { event, what in
      if case .endOfInput = what {
        seen.append("left")
        event.close()
      }
    }
    left.write("hello")
    left.onRead = { event in
      if event.inputCount == 5 {
        seen.append(event.input.readString())
        event.finish()
      }
    }
    try base.run()
    #expect(seen == ["hello", "right", "left"])
  }

  @Test(arguments: [PollerKind.automatic, .poll])
  func `ten megabytes arrive whole and in order over TCP`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let data = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    var received: [UInt8] = []
    let listener = try base.listen(at: .loopback()) { event, _ in
      event.onRead = { received += $0.input.read() }
      event.onEvent = { event, what in
        if case .endOfInput = what { event.close() }
      }
    }
    let client = base.connect(to: listener.address)
    client.write(data)
    client.close()
    base.schedule(after: .seconds(20)) { base.stop() }
    while received.count < data.count { try base.runUntilIdle() }
    listener.close()
    #expect(received == data)
  }

  @Test func `an abort is a reset at the other end, not an end`() throws {
    let base = EventBase()
    var outcome = ""
    let listener = try base.listen(at: .loopback()) { event, _ in event.abort() }
    let client = base.connect(to: listener.address)
    client.onEvent = { event, what in
      if case .connected = what { return }
      outcome += "\(what)"
      event.close()
      listener.close()
    }
    try base.run()
    #expect(outcome.contains("error"))
    #expect(!outcome.contains("endOfInput"))
  }

  @Test func `a refused connection is one event that says so`() throws {
    let base = EventBase()
    let listener = try base.listen(at: .loopback()) { _, _ in }
    let address = listener.address
    listener.close()
    let client = base.connect(to: address)
    var events: [String] = []
    client.onEvent = { event, what in
      events.append("\(what)")
      event.close()
    }
    try base.run()
    #expect(events.count == 1)
    #expect(events.first?.contains("nothing listens there") == true)
  }
}
