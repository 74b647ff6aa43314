import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

/// Messages of the protocol between records of data. The library stops behind each, and holds what stands behind it.
@Suite struct MessageTests {
  @Test(arguments: [1, 27, 100_000])
  func `key updates that come before the last was answered hold nothing up`(mark: Int) throws {
    var (talk, forge) = try Conversation.forged()
    talk.server.underlying?.readMarks = Watermarks(high: mark)
    for round in 0..<3 {
      try talk.send(forge.keyUpdate())
      try talk.settle()
      try talk.send(forge.record(RecordForge.Inside.data, Array("round \(round) ".utf8)))
      try talk.settle()
    }
    #expect(talk.serverSees.text == "round 0 round 1 round 2 ")
    #expect(talk.serverSees.log == ["connected", "read"], "\(talk.serverSees.failure as Any)")
  }

  /// RFC 8446, 4.6.1. BoringSSL puts its tickets into one record.
  private static let ticket: [UInt8] =
    [4, 0, 0, 18] + [0, 0, 28, 32] + [1, 2, 3, 4] + [1, 0] + [0, 4, 9, 9, 9, 9] + [0, 0]

  @Test(arguments: [1, 2, 5]) func `tickets that share a record hold nothing up`(count: Int) throws {
    var (talk, forge) = try Conversation.forged("SERVER")
    try talk.sendBack(forge.record(RecordForge.Inside.handshake, (0..<count).flatMap { _ in Self.ticket }))
    try talk.settle()
    #expect(talk.client.tls?.sessionTicket != nil)
    try talk.sendBack(forge.record(RecordForge.Inside.data, Array("hello".utf8)))
    try talk.settle()
    #expect(talk.clientSees.text == "hello")
    #expect(talk.clientSees.log == ["connected", "read"], "\(talk.clientSees.failure as Any)")
  }

  @Test func `key updates are no reason to call the end of the stream cut off`() throws {
    var (talk, forge) = try Conversation.forged("SERVER", client: { $0.options.allowDirtyShutdown = true })
    for _ in 0..<2 {
      try talk.sendBack(forge.keyUpdate())
      try talk.settle()
    }
    try #require(talk.client.underlying).receiveEnd()
    try talk.settle()
    #expect(talk.clientSees.log == ["connected", "end"], "\(talk.clientSees.failure as Any)")
  }
}
