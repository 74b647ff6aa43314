import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// What the other end says by alerts, and what is no alert: RFC 8446, section 6.
@Suite struct AlertTests {
  // In TLS 1.3 the level says nothing: all but two alerts end the connection.
  @Test(arguments: [1, 2] as [UInt8])
  func `an alert is an error whatever its level`(level: UInt8) throws {
    var (talk, forge) = try Conversation.forged()
    try talk.send(forge.record(RecordForge.Inside.alert, [level, 80]))
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "error"])
    #expect(talk.serverSees.failure == .alertReceived(TLSAlert(code: 80)))
  }

  // Row 2 of the faults.
  @Test func `a record that was changed, and one that is too long, are told by their alerts`() throws {
    for (isLong, code) in [(false, 20), (true, 22)] as [(Bool, UInt8)] {
      var (talk, forge) = try Conversation.forged()
      var record = forge.record(RecordForge.Inside.data, Array("a message".utf8))
      if isLong {
        // One byte more than the largest that may be.
        record = [23, 3, 3, 0x41, 0x01] + [UInt8](repeating: 1, count: 0x4101)
      } else {
        record[8] ^= 1
      }
      try talk.send(record)
      try talk.send(forge.record(RecordForge.Inside.data, Array("never".utf8)))
      try talk.settle()
      guard case .protocolViolation(_, alertSent: TLSAlert(code: code))? = talk.serverSees.failure else {
        Issue.record("\(String(describing: talk.serverSees.failure))")
        continue
      }
      #expect(talk.serverSees.log == ["connected", "error"])
      #expect(talk.clientSees.failure == .alertReceived(TLSAlert(code: code)))
    }
  }

  @Test(arguments: [1, 2] as [UInt8])
  func `close_notify is the end whatever its level`(level: UInt8) throws {
    var (talk, forge) = try Conversation.forged()
    try talk.send(forge.record(RecordForge.Inside.alert, [level, 0]))
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "end"])
    talk.server.write("goes on")
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "end"])
    #expect(talk.clientSees.text == "goes on")
  }

  @Test func `close_notify in the middle of a handshake is no end of data`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let client = try left.secured(.client(Conversation.contexts().client, host: "example.test"))
    let sees = Witness(client)
    right.write([21, 3, 3, 0, 2, 1, 0])
    try base.runUntilIdle(maximumSteps: 100)
    #expect(sees.log == ["error"])
    #expect(sees.failure == .closedDuringHandshake)
    withExtendedLifetime(client) {}
  }

  // Servers that do not know a name say so, and go on: RFC 6066, section 3.
  @Test func `a warning in the handshake is passed over, and no reason for what comes later`() throws {
    let talk = try Conversation(client: { $0.options.newest = .v1_2 })
    var warning = talk.base.makeBuffer()
    warning.append([21, 3, 3, 0, 2, 1, 112])
    try #require(talk.client.underlying).receive(&warning)
    try talk.settle()
    talk.server.write("data")
    talk.server.finish()
    try talk.settle()
    #expect(talk.clientSees.log == ["connected", "read", "end"])
  }
}

// A message of the protocol that came by half: RFC 8446, 5.1 lets it be spread over records.
@Suite struct HalfMessageTests {
  /// A key update, which wants no answer, in two parts.
  private let update: [[UInt8]] = [[24, 0, 0, 1], [0]]

  @Test func `writing waits for the other half`() throws {
    var (talk, forge) = try Conversation.forged()
    try talk.send(forge.record(RecordForge.Inside.handshake, update[0]))
    try talk.settle()
    talk.server.write("in between")
    try talk.settle()
    #expect(talk.serverSees.log == ["connected"])
    try talk.send(forge.record(RecordForge.Inside.handshake, update[1]))
    try talk.settle()
    talk.server.write(", and behind")
    try talk.settle()
    #expect(talk.clientSees.text == "in between, and behind")
    #expect(talk.serverSees.log == ["connected"])
  }

  @Test func `finish waits for the other half, and close does not`() throws {
    for isClose in [false, true] {
      var (talk, forge) = try Conversation.forged()
      try talk.send(forge.record(RecordForge.Inside.handshake, update[0]))
      try talk.settle()
      if isClose { talk.server.close() } else { talk.server.finish() }
      try talk.settle()
      #expect(talk.server.isClosed == isClose)
      if isClose { continue }
      #expect(talk.clientSees.log == ["connected"])
      try talk.send(forge.record(RecordForge.Inside.handshake, update[1]))
      try talk.settle()
      #expect(talk.clientSees.log == ["connected", "end"])
      #expect(talk.serverSees.log == ["connected"])
    }
  }
}
