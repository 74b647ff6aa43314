import COpenSSL
import Sluice
import SluiceCompression
import SluiceRateLimiting
import SluiceTLS
import SluiceTLSTesting
import Testing

@Suite struct StackingTests {
  @Test func `TLS goes over TLS`() throws {
    let contexts = try Conversation.contexts()
    let talk = try Conversation(
      contexts: contexts,
      wire: { base in
        let (left, right) = base.pair()
        let server = try right.secured(.server(contexts.server))
        return (try left.secured(.client(contexts.client, host: "example.test")), server)
      })
    talk.client.write(String(repeating: "x", count: 100_000))
    talk.client.finish()
    try talk.settle()
    #expect(talk.serverSees.text.count == 100_000)
    // What the layer below says of being connected goes no further (libevent T9).
    #expect(talk.serverSees.log == ["connected", "read", "end"])
  }

  @Test func `a stack is secured like an event`() throws {
    let contexts = try Conversation.contexts()
    let (left, right) = EventBase(clock: .virtual).pair()
    let server = try Stack().secured(.server(contexts.server)).applied(to: right)
    let client = try Stack().secured(.client(contexts.client, host: "example.test")).applied(to: left)
    let sees = Witness(server)
    client.write("over a stack")
    try client.base.runUntilIdle(maximumSteps: 10_000)
    #expect(sees.text == "over a stack")
  }

  // STARTTLS: what was read and not taken goes to TLS; plain text behind the command is never taken for decrypted text.
  @Test func `plain text that was sent ahead of the handshake breaks it, and is never delivered`() throws {
    let contexts = try Conversation.contexts()
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    left.write("STARTTLS\r\nDELE 1\r\n")
    try base.runUntilIdle(maximumSteps: 100)
    right.input.drain(10)
    let server = try right.secured(.server(contexts.server))
    let sees = Witness(server)
    let client = try left.secured(.client(contexts.client, host: "example.test"))
    let clientSees = Witness(client)
    client.write("USER me\r\n")
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(sees.text == "")
    #expect(sees.log == ["error"])
    #expect(clientSees.text == "")
  }

  @Test func `a client hello that is read already goes to TLS`() throws {
    let contexts = try Conversation.contexts()
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    right.write("220 go ahead\r\n")
    left.write("STARTTLS\r\n")
    try base.runUntilIdle(maximumSteps: 100)
    left.input.drain()
    let client = try left.secured(.client(contexts.client, host: "example.test"))
    client.write("inside")
    try base.runUntilIdle(maximumSteps: 100)
    #expect(right.inputCount > 100)
    right.input.drain(10)
    let server = try right.secured(.server(contexts.server))
    let sees = Witness(server)
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(sees.text == "inside")
  }

  @Test func `after close_notify on both sides the layer below goes on in plain`() throws {
    let contexts = try Conversation.contexts(nil, { $0.options.closeWait = .seconds(5) })
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let server = try right.secured(.server(contexts.server), closingUnderlying: false)
    let client = try left.secured(.client(contexts.client, host: "example.test"), closingUnderlying: false)
    let sees = Witness(server)
    client.write("inside")
    client.close()
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(sees.log == ["connected", "read", "end"])
    server.close()
    try base.runUntilIdle(maximumSteps: 10_000)
    let below = [Witness(left), Witness(right)]
    left.write("outside")
    right.write("again")
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(below.map(\.text) == ["again", "outside"])
    #expect(sees.text == "inside")
  }

  @Test func `plain text right behind close_notify is not taken by TLS`() throws {
    let contexts = try Conversation.contexts()
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let server = try right.secured(.server(contexts.server), closingUnderlying: false)
    let client = try left.secured(.client(contexts.client, host: "example.test"), closingUnderlying: false)
    let sees = Witness(server)
    try base.runUntilIdle(maximumSteps: 10_000)
    right.suspend(.read)
    client.write("inside")
    client.close()
    try base.runUntilIdle(maximumSteps: 10_000)
    left.write("outside")
    right.resume(.read)
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(sees.log == ["connected", "read", "end"])
    #expect(sees.text == "inside")
    server.close()
    let below = Witness(right)
    try base.runUntilIdle(maximumSteps: 10_000)
    right.trigger(.read)
    try base.runUntilIdle(maximumSteps: 10_000)
    #expect(below.text == "outside")
  }

  // libevent#1440: there, a limit that lets nothing through for now ends the process.
  @Test(arguments: [1, 100, 5_000])
  func `TLS over a limit goes on when there is something to take`(rate: Int) throws {
    let limit = try RateLimit(ByteRate(bytesPerSecond: rate), burst: .bytes(Int64(rate)), start: 0)
    let contexts = try Conversation.contexts(
      nil, { $0.options.handshakeTimeout = .seconds(100_000) }, { $0.options.handshakeTimeout = .seconds(100_000) })
    let talk = try Conversation(
      contexts: contexts,
      wire: { base in
        let (left, right) = base.pair()
        return (try left.limited(by: limit), try right.limited(by: limit))
      })
    talk.client.write("through the eye of a needle")
    talk.client.finish()
    try talk.base.run(for: .seconds(50_000))
    #expect(talk.serverSees.log == ["connected", "read", "end"])
    #expect(talk.serverSees.text == "through the eye of a needle")
  }

  @Test func `limits and compression stack on TLS, on both sides of it`() throws {
    let contexts = try Conversation.contexts()
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let limit = try RateLimit(ByteRate("1MiB/s"))
    func stack(_ role: TLSRole) -> Stack {
      Stack().adding(layer: { try $0.limited(by: limit) }).secured(role).compressed()
    }
    let client = try stack(.client(contexts.client, host: "example.test")).applied(to: left)
    let server = try stack(.server(contexts.server)).applied(to: right)
    let sees = Witness(server)
    let text = (0..<100_000).map { "line \($0 &* 7_919)\n" }.joined()
    client.write(text)
    client.finish()
    try base.run(for: .seconds(60))
    #expect(sees.log == ["connected", "read", "end"])
    #expect(sees.text == text)
    #expect(server.tls != nil && server.tlsInfo?.version == .v1_3)
  }

  // libevent: regress_ssl's startopen.
  @Test func `an SSL that was connected elsewhere is wrapped`() throws {
    let contexts = try Conversation.contexts()
    let talk = try Conversation(contexts: contexts)
    try talk.settle()
    let (first, second) = (try #require(talk.client.tls), try #require(talk.server.tls))
    SSL_up_ref(first.pointer)
    SSL_up_ref(second.pointer)
    let (left, right) = talk.base.pair()
    let client = try left.secured(.established(first.pointer))
    let server = try right.secured(.established(second.pointer))
    let sees = Witness(server)
    client.write("goes on")
    client.finish()
    try talk.base.runUntilIdle(maximumSteps: 10_000)
    #expect(sees.log == ["connected", "read", "end"])
    #expect(sees.text == "goes on")
  }

  // libevent: regress_ssl's wm tests; #690.
  @Test(arguments: [1, 100, 512, 5_000, 20_000])
  func `both ends echo under low marks and no byte stalls`(mark: Int) throws {
    let talk = try Conversation()
    let goal = 40_000
    var received = 0
    for event in [talk.client, talk.server] { event.readMarks = Watermarks(high: mark) }
    talk.server.onRead = { $0.write(&$0.input) }
    talk.client.onRead = { event in
      #expect(event.inputCount <= mark, "no part of a record passes the mark")
      received += event.input.drain(512)
      // Bytes that are left are announced with the next ones only.
      if event.inputCount > 0 { event.trigger(.read) }
    }
    talk.client.write([UInt8](repeating: 1, count: goal))
    try talk.settle()
    #expect(received == goal)
  }
}
