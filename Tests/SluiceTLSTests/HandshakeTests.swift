import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

@Suite struct HandshakeTests {
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `both ends connect and bytes go both ways`(version: TLSVersion) throws {
    let talk = try Conversation(client: { $0.options.newest = version })
    try talk.settle()
    talk.client.write("question")
    talk.server.write("answer")
    try talk.settle()
    #expect(talk.clientSees.log == ["connected", "read"])
    #expect(talk.serverSees.log == ["connected", "read"])
    #expect(talk.clientSees.text == "answer")
    #expect(talk.serverSees.text == "question")
    #expect(talk.client.tlsInfo?.version == version)
  }

  @Test func `what is written before the handshake waits for it, and nothing of it stands on the wire`() throws {
    let talk = try Conversation()
    let wire = try #require(talk.client.underlying?.partner)
    talk.client.write("secret")
    #expect(!wire.input.string().contains("secret"))
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "read"])
    #expect(talk.serverSees.text == "secret")
  }

  // T4, libevent row 37: the handshake needs nobody to enable reading first.
  @Test func `the handshake goes on while both ends have reading disabled`() throws {
    let talk = try Conversation()
    talk.client.disable(.read)
    talk.server.disable(.read)
    talk.client.write("early")
    try talk.settle()
    #expect(talk.clientSees.log == ["connected"])
    #expect(talk.serverSees.log == ["connected"])
    talk.server.enable(.read)
    try talk.settle()
    #expect(talk.serverSees.text == "early")
  }

  @Test func `a large stream arrives whole, with the marks kept`() throws {
    let talk = try Conversation()
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var received: [UInt8] = []
    talk.server.onRead = { received += $0.input.read() }
    talk.client.write(bytes)
    try talk.settle()
    #expect(received == bytes)
  }

  @Test(arguments: [1, 3, 7, 1_000, 16_384, 16_406, 20_000, 262_144])
  func `a large write arrives whole behind finish, whatever the marks below`(mark: Int) throws {
    for marked in 0..<2 {
      let talk = try Conversation()
      let wire = try #require(talk.client.underlying)
      if marked == 0 {
        wire.writeMarks = Watermarks(high: mark)
      } else {
        wire.partner?.readMarks = Watermarks(high: mark)
      }
      let bytes = (0..<(mark < 1_000 ? 3_000 : 700_000)).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
      var received: [UInt8] = []
      talk.server.onRead = { received += $0.input.read() }
      talk.client.write(bytes)
      talk.client.finish()
      try talk.base.runUntilIdle(maximumSteps: 2_000_000)
      #expect(received == bytes)
      #expect(talk.serverSees.log == ["connected", "end"])
    }
  }

  @Test func `finish sends close_notify, and the other direction stays open`() throws {
    let talk = try Conversation()
    talk.client.write("all I have")
    talk.client.finish()
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "read", "end"])
    #expect(talk.serverSees.text == "all I have")
    talk.server.write("still here")
    try talk.settle()
    #expect(talk.clientSees.text == "still here")
    talk.server.close()
    try talk.settle()
    #expect(talk.clientSees.log == ["connected", "read", "end"])
  }

  @Test func `close sends everything and then close_notify, even when the handshake still runs`() throws {
    let talk = try Conversation()
    talk.client.write("last words")
    talk.client.close()
    try talk.settle()
    #expect(talk.serverSees.text == "last words")
    #expect(talk.serverSees.log == ["connected", "read", "end"])
    #expect(talk.client.isClosed)
  }

  @Test func `small writes of one round share a record`() throws {
    let talk = try Conversation()
    try talk.settle()
    let wire = try #require(talk.client.underlying)
    wire.suspend(.write)
    for _ in 0..<100 { talk.client.write("0123456789") }
    try talk.settle()
    #expect(wire.outputCount == 1_000 + 22)
    wire.resume(.write)
    try talk.settle()
    #expect(talk.serverSees.text.count == 1_000)
  }

  @Test func `flush sends what waits at once`() throws {
    let talk = try Conversation()
    try talk.settle()
    talk.client.write("now")
    #expect(talk.client.outputCount == 3)
    talk.client.flush(.flush)
    #expect(talk.client.outputCount == 0)
  }

  @Test func `an idle connection keeps no loop running`() throws {
    let talk = try Conversation()
    try talk.base.run()
    #expect(talk.base.now.nanoseconds == 0)
  }
}
