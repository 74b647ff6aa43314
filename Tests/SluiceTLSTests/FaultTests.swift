import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

/// Rows of the table of faults that every TLS end has to bear; the numbers are those of the rows.
@Suite struct FaultTests {
  /// Which way a fault is on.
  enum Way: CaseIterable { case toClient, toServer }

  /// Each version with each way.
  static let ways = [TLSVersion.v1_2, .v1_3].flatMap { version in Way.allCases.map { (version, $0) } }

  /// A conversation with a message one way, and its orderly end, under a fault on that way; what its reader saw.
  private func tell(
    _ way: Way, _ fault: Cutting.Fault, _ contexts: (client: TLSContext, server: TLSContext)
  ) throws -> (talk: Conversation, sees: Witness) {
    let talk = try Conversation(
      contexts: contexts,
      wire: { try $0.pair(toClient: way == .toClient ? fault : nil, toServer: way == .toServer ? fault : nil) })
    let sender = way == .toClient ? talk.server : talk.client
    sender.write("a message")
    sender.finish()
    try talk.settle()
    return (talk, way == .toClient ? talk.clientSees : talk.serverSees)
  }

  /// Contexts of a version, whose conversations are all of one length: other keys make signatures of two or three.
  private func contexts(_ version: TLSVersion) throws -> (client: TLSContext, server: TLSContext) {
    try Conversation.contexts(.selfSigned(key: .new(.ed25519)), { $0.options.newest = version })
  }

  /// How many bytes such a conversation puts on the wire, that way.
  private func length(_ way: Way, _ contexts: (client: TLSContext, server: TLSContext)) throws -> Int {
    let recording = Recording()
    _ = try tell(way, .record(recording), contexts)
    return recording.bytes.count
  }

  // Rows 1 and 8.
  @Test(arguments: ways)
  func `a stream that is cut at any byte ends with one error and no invented byte`(version: TLSVersion, way: Way) throws
  {
    let contexts = try contexts(version)
    let length = try length(way, contexts)
    #expect(length > 200)
    for place in 1..<length {
      let (_, sees) = try tell(way, .end(at: place), contexts)
      #expect(sees.log.last == "error", "cut at \(place): \(sees.log)")
      #expect(sees.log.count { $0 == "error" || $0 == "end" } == 1)
      #expect(sees.failure == (sees.log.contains("connected") ? .truncated : .closedDuringHandshake), "cut at \(place)")
      #expect("a message".hasPrefix(sees.text))
    }
  }

  // Row 2.
  @Test(arguments: ways)
  func `a flipped bit anywhere is found, and nothing is delivered behind it`(version: TLSVersion, way: Way) throws {
    let contexts = try contexts(version)
    var unharmed = 0
    for place in stride(from: 0, to: try length(way, contexts), by: version == .v1_3 && way == .toServer ? 1 : 3) {
      let (talk, sees) = try tell(way, .flip(at: place), contexts)
      // A length that grew waits for more, until the deadline or the end of the stream.
      talk.client.close(within: .seconds(1))
      talk.server.close(within: .seconds(1))
      try talk.base.run(for: .seconds(11))
      #expect("a message".hasPrefix(sees.text), "flipped at \(place)")
      #expect(sees.log.count { $0 == "error" || $0 == "end" } <= 1)
      if sees.log == ["connected", "read", "end"] { unharmed += 1 }
    }
    // The version in a record's header, and the dummy record of the handshake, carry nothing.
    #expect(unharmed <= 20)
  }

  // Row 12.
  @Test(arguments: Way.allCases)
  func `a handshake that stalls at any byte is ended by its deadline`(way: Way) throws {
    let contexts = try contexts(.v1_3)
    let length = try length(way, contexts)
    for place in Array(0..<60) + stride(from: 60, to: length - 200, by: 11) {
      let (talk, sees) = try tell(way, .hold(at: place), contexts)
      try talk.base.run(for: .seconds(9))
      // In TLS 1.3 a server is connected only when the client's last word came, and the client before that.
      if sees.log.first == "connected" { continue }
      #expect(sees.log == [])
      try talk.base.run(for: .seconds(2))
      #expect(sees.log == ["error"])
      #expect(sees.failure == .handshakeTimedOut(.seconds(10)))
    }
  }

  @Test(arguments: Way.allCases)
  func `a handshake that trickles in byte by byte each second is ended by its deadline, not kept up`(way: Way) throws {
    let (talk, sees) = try tell(way, .trickle(.seconds(1)), Conversation.contexts())
    try talk.base.run(for: .seconds(9))
    #expect(sees.log == [])
    try talk.base.run(for: .seconds(2))
    #expect(sees.log == ["error"])
    #expect(sees.failure == .handshakeTimedOut(.seconds(10)))
  }

  // Row 14.
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `bytes that come one by one make no difference`(version: TLSVersion) throws {
    let talk = try Conversation(
      client: { $0.options.newest = version },
      wire: { try $0.pair(toClient: .oneByOne, toServer: .oneByOne) })
    let text = String(repeating: "0123456789", count: 300)
    talk.client.write(text)
    talk.server.write("short")
    try talk.settle()
    talk.client.finish()
    talk.server.finish()
    try talk.settle()
    #expect(talk.serverSees.text == text)
    #expect(talk.clientSees.text == "short")
    #expect(talk.serverSees.log == ["connected", "read", "end"])
    #expect(talk.clientSees.log == ["connected", "read", "end"])
  }

  // Row 14, at every place.
  @Test(arguments: ways)
  func `a stream that comes in two parts makes no difference, wherever it is parted`(
    version: TLSVersion, way: Way
  ) throws {
    let contexts = try contexts(version)
    for place in stride(from: 1, to: try length(way, contexts), by: version == .v1_3 && way == .toServer ? 1 : 3) {
      let (talk, sees) = try tell(way, .pause(at: place, .milliseconds(10)), contexts)
      try talk.base.run(for: .seconds(1))
      #expect(sees.log == ["connected", "read", "end"], "parted at \(place)")
      #expect(sees.text == "a message")
    }
  }

  // Row 8, with the switch.
  @Test func `a dirty shutdown is an orderly end for those who allow it`() throws {
    for allows in [false, true] {
      let talk = try Conversation(server: { $0.options.allowDirtyShutdown = allows })
      talk.client.write("data")
      try talk.settle()
      talk.client.underlying?.partner?.disable(.write)
      talk.client.free()
      try talk.settle()
      // What a transport tells when the other end is gone: an end, and no close_notify in front of it.
      talk.server.underlying?.receiveEnd()
      try talk.settle()
      #expect(talk.serverSees.text == "data")
      #expect(talk.serverSees.log == ["connected", "read", allows ? "end" : "error"])
      #expect(talk.serverSees.failure == (allows ? nil : .truncated))
    }
  }

  // Such peers end behind a whole record: half of one was cut.
  @Test(arguments: [1, 4, 5, 6, 30])
  func `a record that is cut is an error for those who allow a dirty shutdown, too`(place: Int) throws {
    let talk = try Conversation(server: { $0.options.allowDirtyShutdown = true })
    try talk.settle()
    let wire = try #require(talk.client.underlying)
    wire.suspend(.write)
    talk.client.write("a message that is cut")
    try talk.settle()
    try talk.send(Array(wire.output.bytes().prefix(place)))
    talk.server.underlying?.receiveEnd()
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "error"])
    #expect(talk.serverSees.failure == .truncated)
  }

  // Row 3: a hello that never ends.
  @Test func `bytes before the handshake is complete are bounded`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let contexts = try Conversation.contexts(nil, { _ in }, { $0.options.handshakeLimit = 8_000 })
    let server = try right.secured(.server(contexts.server))
    let sees = Witness(server)
    // A client hello of 60,000 bytes, in records of 1,000.
    var hello: [UInt8] = [1, 0, 0xEA, 0x60, 3, 3]
    hello += [UInt8](repeating: 7, count: 60_000)
    for start in stride(from: 0, to: 30_000, by: 1_000) {
      left.write([22, 3, 1, 3, 0xE8] + hello[start..<start + 1_000])
      try base.runUntilIdle(maximumSteps: 1_000)
      if !sees.log.isEmpty { break }
    }
    #expect(sees.log == ["error"])
    #expect(sees.failure == .handshakeTooLong(8_000))
    #expect(sees.failure?.description == "the handshake was not complete after 8000 bytes")
  }

  // Row 7.
  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "plaintext HTTP request on a TLS port"),
    ("SSH-2.0-OpenSSH_9.2\r\n", "the other end does not speak TLS: its first bytes are \"SSH-2"),
    ("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}", "the other end does not speak TLS: its first bytes are \"\\x01\\x02"),
  ])
  func `whoever does not speak TLS is told so in words`(sent: String, words: String) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let server = try right.secured(.server(Conversation.contexts().server))
    let sees = Witness(server)
    left.write(sent)
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(sees.log == ["error"])
    #expect(sees.failure?.description.hasPrefix(words) == true, "\(String(describing: sees.failure))")
  }

  @Test func `a peer that speaks only TLS 1-0 is named as such`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let server = try right.secured(.server(Conversation.contexts().server))
    let sees = Witness(server)
    var hello: [UInt8] = [3, 1] + [UInt8](repeating: 9, count: 32) + [0, 0, 2, 0x00, 0x2F, 1, 0]
    hello = [1, 0, 0, UInt8(hello.count)] + hello
    left.write([22, 3, 1, 0, UInt8(hello.count)] + hello)
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(sees.failure == .oldVersion("TLS 1.0"))
    #expect(sees.failure?.description == "peer speaks only TLS 1.0")
    #expect(left.input.bytes().prefix(1) == [21])
  }

  // Row 8 of the list of bugs: a poisoned queue of errors (libevent#17, #350).
  @Test func `errors that others left in the library's queue are not taken for this connection's`() throws {
    let talk = try Conversation()
    for round in 0..<20 {
      #expect(TLSCertificate(der: [0x30, 0x01, UInt8(round)]) == nil)
      poison()
      talk.client.write("x")
      try talk.base.runUntilIdle(maximumSteps: 100_000)
    }
    #expect(talk.serverSees.text.count == 20)
    #expect(talk.clientSees.log == ["connected"])
    // Neither for the cause of a failure.
    poison()
    try talk.send([23, 3, 3, 0, 40] + [UInt8](repeating: 1, count: 40))
    poison()
    try talk.settle()
    #expect(talk.serverSees.failure?.description.hasPrefix("decryption failed or bad record mac") == true)
    // Nor an orderly end for a failure.
    let other = try Conversation()
    other.client.finish()
    poison()
    try other.settle()
    #expect(other.serverSees.log == ["connected", "end"])
  }

  // In the middle of the handshake's calls, of which the library then says that they failed.
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `errors that the application's own callbacks leave are not taken for the handshake's`(version: TLSVersion) throws
  {
    let root = try TestAuthority(name: "Clients")
    let identity = try root.issue(host: "client.test", usage: .client).tls
    let change = { (options: inout TLSOptions) in
      options.newest = version
      options.keyLog = { _ in poison() }
      options.verify = { verification in
        poison()
        return verification.error == nil
      }
    }
    let talk = try Conversation(
      client: {
        $0.identity = identity
        change(&$0.options)
      },
      server: {
        $0.clients = .required
        $0.trust = .certificates(.pem(root.anchorPEM))
        change(&$0.options)
      })
    // So that the library waits for more bytes right behind each callback.
    for end in [talk.client, talk.server] { end.underlying?.readMarks = Watermarks(high: 1) }
    talk.client.write("hello")
    try talk.settle()
    #expect(talk.serverSees.text == "hello", "\(talk.clientSees.failure as Any), \(talk.serverSees.failure as Any)")
    #expect(talk.clientSees.log == ["connected"])
  }
}
