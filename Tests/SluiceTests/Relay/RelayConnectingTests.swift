import Testing

@testable import Sluice

/// Relays whose events are not connected yet, and what they pass on besides bytes.
struct RelayConnectingTests {
  @Test func `bytes wait for a connection, and go then`() throws {
    let base = EventBase(clock: .virtual)
    var received = ""
    let listener = try base.listen(at: .loopback()) { event, _ in
      event.onRead = { received += $0.readAll() }
      event.onEvent = { event, _ in event.close() }
    }
    let (client, left) = base.pair()
    var connected: [RelaySide] = []
    var end = ""
    let relay = left.relay(to: base.connect(to: listener.address)) { end = $0.outcome?.words ?? "" }
    relay.onConnected = { connected.append($1) }
    client.write("early")
    client.finish()
    try base.settle { !end.isEmpty }
    #expect(received == "early")
    #expect(connected == [.right])
    #expect(end == "finished, left first")
    listener.close()
    client.close()
    try base.settle()
  }

  @Test func `a refused connection ends the relay, and the other side is reset`() throws {
    let base = EventBase(clock: .virtual)
    let listener = try base.listen(at: .loopback()) { _, _ in }
    let address = listener.address
    listener.close()
    let (client, left) = base.pair()
    let log = EventLog()
    log.follow(client)
    var end = ""
    client.write("for nobody")
    let relay = left.relay(to: base.connect(to: address)) { end = $0.outcome?.words ?? "" }
    try base.settle { !end.isEmpty }
    try base.settle()
    #expect(end == "failed right: refused")
    #expect(log.lines.last == "error reset")
    #expect(relay.bytesToRight == 0)
    client.close()
  }

  @Test func `notices and connections are passed on with their side`() throws {
    try inScene(RelayMixture(left: .pair, right: .stack)) { scene in
      var heard: [String] = []
      scene.relay.onNotice = { heard.append("\($1) \($2)") }
      scene.relay.onConnected = { heard.append("\($1) connected") }
      scene.relay.left.trigger(.notice("hello"))
      scene.relay.right.trigger(.connected)
      try scene.base.settle()
      #expect(heard == ["left hello", "right connected"])
    }
  }

  @Test func `no filter can be put on an event that is in a relay`() throws {
    try inScene(RelayMixture(left: .pair, right: .pair)) { scene in
      #expect(throws: StackError.relayed) { try scene.relay.left.filtered(by: Pass()) }
    }
  }

  @Test func `the top of a stack is what is joined`() throws {
    let base = EventBase(clock: .virtual)
    let (client, wire) = base.pair()
    let top = try wire.filtered(by: Pass())
    let (_, other) = base.pair()
    let relay = wire.relay(to: other)
    #expect(relay.left === top)
    relay.abort()
    try base.settle()
    client.close()
  }

  @Test func `an event that broke before says so when it is joined`() throws {
    let base = EventBase(clock: .virtual)
    let (client, left) = base.pair()
    let (server, right) = base.pair()
    client.abort()
    var end = ""
    left.relay(to: right) { end = $0.outcome?.words ?? "" }
    try base.settle()
    #expect(end == "failed left: reset")
    #expect(server.failure != nil)
  }

  @Test func `an event that was closed before ends the relay at once`() throws {
    let base = EventBase(clock: .virtual)
    let (_, left) = base.pair()
    let (server, right) = base.pair()
    left.close()
    var end = ""
    left.relay(to: right) { end = $0.outcome?.words ?? "" }
    #expect(end == "")
    try base.settle()
    #expect(end == "closed")
    #expect(server.isInputEnded)
  }
}
