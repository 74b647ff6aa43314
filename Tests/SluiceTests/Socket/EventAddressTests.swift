import Testing

@testable import Sluice

/// Where the two ends of an event's socket are.
@Suite struct EventAddressTests {
  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func `an event tells both addresses through every layer, until it is closed (bufferevent_getfd)`(at text: String)
    throws
  {
    try onEndingBase { base in
      var taken: (BufferEvent, SocketAddress?)?
      let listener = try base.listen(at: #require(SocketAddress(text))) { taken = ($0, $1) }
      let client = base.connect(to: listener.address)
      #expect(client.descriptor == nil && client.localAddress == nil && client.remoteAddress == nil)
      try base.run(until: "a connection") { taken != nil && client.remoteAddress != nil }
      let (event, peer) = try #require(taken)
      let top = try event.filtered(by: Pass()).filtered(by: Pass())
      #expect(top.descriptor == event.descriptor && top.descriptor != nil)
      #expect(top.localAddress == listener.address && top.localAddress == client.remoteAddress)
      #expect(top.remoteAddress == peer && top.remoteAddress == client.localAddress)
      top.close()
      try base.run(until: "the end") { event.descriptor == nil }
      #expect(top.localAddress == nil && top.remoteAddress == nil)
      client.close()
    }
  }

  @Test func `what stands on no socket has no addresses`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    for end in [left, right] {
      #expect(end.descriptor == nil && end.localAddress == nil && end.remoteAddress == nil)
    }
    let pipes = try EventBase().pipePair()
    #expect(pipes.0.descriptor == nil && pipes.0.localAddress == nil)
  }
}
