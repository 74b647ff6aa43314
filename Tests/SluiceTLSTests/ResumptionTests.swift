import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

@Suite struct ResumptionTests {
  /// Each version with each way of a server to remember.
  static let ways: [(TLSVersion, TLSSessions)] = [
    (.v1_2, .tickets(1)), (.v1_2, .cached(10)), (.v1_3, .tickets(1)), (.v1_3, .cached(10)),
  ]

  @Test(arguments: ways)
  func `a session is resumed with the ticket of an earlier connection`(version: TLSVersion, way: TLSSessions) throws {
    let contexts = try Conversation.contexts(
      nil, { $0.options.newest = version }, { $0.sessions = way })
    let first = try Conversation(contexts: contexts)
    try first.settle()
    #expect(first.clientSees.info?.isResumed == false)
    let ticket = try #require(first.client.tls?.sessionTicket)
    first.client.close()
    first.server.close()
    try first.settle()
    let second = try Conversation(resuming: ticket, contexts: contexts)
    try second.settle()
    #expect(second.clientSees.info?.isResumed == true)
    #expect(second.serverSees.info?.isResumed == true)
    #expect(second.clientSees.info?.peerCertificates.isEmpty == false)
  }

  @Test func `a ticket survives being saved, and a connection that was freed`() throws {
    let contexts = try Conversation.contexts()
    let first = try Conversation(contexts: contexts)
    try first.settle()
    let saved = try #require(first.client.tls?.sessionTicket).saved
    first.client.free()
    first.server.free()
    let ticket = try #require(TLSSessionTicket(saved: saved, host: "example.test"))
    let second = try Conversation(resuming: ticket, contexts: contexts)
    try second.settle()
    #expect(second.clientSees.info?.isResumed == true)
    #expect(TLSSessionTicket(saved: [1, 2, 3], host: nil) == nil)
  }

  @Test func `a ticket is not offered to another host`() throws {
    let contexts = try Conversation.contexts()
    let first = try Conversation(contexts: contexts)
    try first.settle()
    let ticket = try #require(first.client.tls?.sessionTicket)
    let second = try Conversation(host: "localhost", resuming: ticket, contexts: contexts)
    try second.settle()
    #expect(second.clientSees.info?.isResumed == false)
  }

  @Test func `a ticket of another context leads to a full handshake`() throws {
    let first = try Conversation()
    try first.settle()
    let ticket = try #require(first.client.tls?.sessionTicket)
    let second = try Conversation(resuming: ticket)
    try second.settle()
    #expect(second.clientSees.log == ["connected"])
    #expect(second.clientSees.info?.isResumed == false)
  }

  @Test func `a server that gives no tickets resumes nothing`() throws {
    let talk = try Conversation(server: { $0.sessions = .none })
    try talk.settle()
    #expect(talk.client.tls?.sessionTicket == nil)
  }
}
