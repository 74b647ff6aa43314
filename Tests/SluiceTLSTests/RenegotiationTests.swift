import COpenSSL
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Row 10 of the faults, and what libevent's regress_ssl does at 600.
@Suite struct RenegotiationTests {
  @Test func `a client that renegotiates is refused with an alert, and the connection goes on where it bears that`()
    throws
  {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let server = try right.secured(.server(Conversation.contexts().server))
    let sees = Witness(server)
    let client = try RawClient(on: left)
    try base.runUntilIdle(maximumSteps: 1_000)
    client.write("before ")
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(sees.text == "before ")
    // One that asks again, and does not hear the answer for now.
    let hears = left.onRead
    left.onRead = nil
    #expect(SSL_renegotiate(client.ssl) == 1)
    SSL_do_handshake(client.ssl)
    client.send()
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(left.input.bytes().first == 21, "an alert came back, and no hello")
    // The server is as it was.
    #expect(sees.log == ["connected", "read"])
    server.write("still here")
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(sees.log == ["connected", "read"])
    // OpenSSL's client gives up when it is told no.
    left.onRead = hears
    left.trigger(.read)
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(sees.log == ["connected", "read", "error"])
    guard case .alertReceived? = sees.failure else {
      Issue.record("\(String(describing: sees.failure))")
      return
    }
  }

  @Test func `this end never asks for it`() throws {
    let talk = try Conversation(client: { $0.options.newest = .v1_2 })
    try talk.settle()
    let connection = try #require(talk.client.tls)
    #expect(SSL_renegotiate(connection.pointer) == 0)
    ERR_clear_error()
    talk.client.write("goes on")
    try talk.settle()
    #expect(talk.serverSees.text == "goes on")
  }

  @Test func `a server that asks for it is told no`() throws {
    let talk = try Conversation(
      client: { $0.options.newest = .v1_2 })
    try talk.settle()
    let server = try #require(talk.server.tls)
    SSL_clear_options(server.pointer, UInt64(SSL_OP_NO_RENEGOTIATION_))
    #expect(SSL_renegotiate(server.pointer) == 1)
    talk.server.write("asks ")
    talk.client.write("answers")
    try talk.settle()
    #expect(talk.serverSees.text == "answers")
    #expect(talk.clientSees.log == ["connected", "read", "error"])
    // OpenSSL's server gives up when it is told no.
    #expect(talk.serverSees.failure?.description.hasPrefix("no renegotiation") == true)
    #expect(talk.clientSees.failure == .alertReceived(TLSAlert(code: 40)))
  }
}
