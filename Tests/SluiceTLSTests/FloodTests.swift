import COpenSSL
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Rows 10 and 11 of the faults.
@Suite struct FloodTests {
  @Test func `key updates are answered`() throws {
    let talk = try Conversation()
    try talk.settle()
    let connection = try #require(talk.client.tls)
    for round in 0..<5 {
      #expect(SSL_key_update(connection.pointer, SSL_KEY_UPDATE_REQUESTED) == 1)
      talk.client.write("round \(round) ")
      talk.server.write("answer \(round) ")
      try talk.settle()
    }
    #expect(talk.serverSees.text.hasSuffix("round 4 "))
    #expect(talk.clientSees.text.hasSuffix("answer 4 "))
  }

  @Test func `a storm of key updates is bounded`() throws {
    let talk = try Conversation()
    try talk.settle()
    let connection = try #require(talk.client.tls)
    let wire = try #require(talk.client.underlying)
    // The filter writes only with data, so the updates are taken from the library and put on the wire by hand.
    let out = try #require(BIO_new(BIO_s_mem()))
    let kept = SSL_get_wbio(connection.pointer)
    BIO_up_ref(kept)
    SSL_set0_wbio(connection.pointer, out)
    for _ in 0..<4_000 {
      SSL_key_update(connection.pointer, SSL_KEY_UPDATE_NOT_REQUESTED)
      SSL_do_handshake(connection.pointer)
    }
    var bytes: UnsafeMutablePointer<CChar>?
    let count = sluice_bio_memory(out, &bytes)
    var storm = talk.base.makeBuffer()
    storm.append(UnsafeRawBufferPointer(start: bytes, count: count))
    SSL_set0_wbio(connection.pointer, kept)
    #expect(count > 64 * 1024)
    try #require(wire.partner).receive(&storm)
    try talk.settle()
    #expect(talk.serverSees.failure == .flood(64 * 1024))
    #expect(talk.serverSees.log == ["connected", "error"])
  }

  @Test func `renegotiation is refused`() throws {
    let talk = try Conversation(client: { $0.options.newest = .v1_2 })
    try talk.settle()
    let connection = try #require(talk.client.tls)
    #expect(SSL_renegotiate(connection.pointer) == 0)
    ERR_clear_error()
    talk.client.write("goes on")
    try talk.settle()
    #expect(talk.serverSees.text == "goes on")
  }
}
