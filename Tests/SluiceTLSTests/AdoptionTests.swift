import COpenSSL
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Wrapping an `SSL` that was connected elsewhere; libevent: BUFFEREVENT_SSL_OPEN.
@Suite struct AdoptionTests {
  /// A client and a server of the bare library that are done with their handshake, each with memory BIOs.
  private func connected(_ contexts: (client: TLSContext, server: TLSContext)) throws -> (OpaquePointer, OpaquePointer)
  {
    let (client, server) = (
      try #require(SSL_new(contexts.client.pointer)), try #require(SSL_new(contexts.server.pointer))
    )
    SSL_set_connect_state(client)
    SSL_set_accept_state(server)
    for ssl in [client, server] { SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())) }
    for _ in 0..<10 {
      SSL_do_handshake(client)
      carry(client, server)
      SSL_do_handshake(server)
      carry(server, client)
    }
    var byte: UInt8 = 0
    // What comes behind the handshake, tickets, is taken too.
    #expect(SSL_read(client, &byte, 1) <= 0)
    ERR_clear_error()
    try #require(SSL_is_init_finished(client) == 1 && SSL_is_init_finished(server) == 1)
    return (client, server)
  }

  @discardableResult private func carry(_ from: OpaquePointer, _ to: OpaquePointer, upTo limit: Int = .max) -> Int {
    var bytes: UnsafeMutablePointer<CChar>?
    let count = min(sluice_bio_memory(SSL_get_wbio(from), &bytes), limit)
    if count > 0 { BIO_write(SSL_get_rbio(to), bytes, Int32(count)) }
    if limit == .max { sluice_bio_reset(SSL_get_wbio(from)) }
    return count
  }

  @Test func `what the library has read already comes out, too`() throws {
    let contexts = try Conversation.contexts()
    let (client, server) = try connected(contexts)
    SSL_write(client, "two parts", 9)
    carry(client, server)
    var area = [UInt8](repeating: 0, count: 4)
    #expect(SSL_read(server, &area, 4) == 4)
    // Five bytes of the record are left, in the library.
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.secured(.established(server))
    let sees = Witness(top)
    try base.runUntilIdle(maximumSteps: 100)
    #expect(sees.text == "parts")
    let other = try left.secured(.established(client))
    other.write(", and more")
    other.finish()
    try base.runUntilIdle(maximumSteps: 100)
    #expect(sees.text == "parts, and more")
    #expect(sees.log == ["connected", "read", "end"])
  }

  @Test func `one that stands in the middle of a record goes on there`() throws {
    let contexts = try Conversation.contexts()
    let (client, server) = try connected(contexts)
    SSL_write(client, "cut in two", 10)
    var bytes: UnsafeMutablePointer<CChar>?
    let count = sluice_bio_memory(SSL_get_wbio(client), &bytes)
    let record = [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    BIO_write(SSL_get_rbio(server), record, 20)
    var byte: UInt8 = 0
    #expect(SSL_read(server, &byte, 1) <= 0)
    ERR_clear_error()
    sluice_bio_reset(SSL_get_wbio(client))
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    left.write(Array(record[20...]))
    let top = try right.secured(.established(server))
    let sees = Witness(top)
    try base.runUntilIdle(maximumSteps: 100)
    #expect(sees.text == "cut in two")
    let other = try left.secured(.established(client))
    for piece in [", and", " more", " of it"] {
      other.write(piece)
      try base.runUntilIdle(maximumSteps: 100)
    }
    #expect(sees.text == "cut in two, and more of it")
  }

  @Test func `its information is told, and the way to it is open`() throws {
    let contexts = try Conversation.contexts()
    let (client, server) = try connected(contexts)
    let (left, right) = EventBase(clock: .virtual).pair()
    let tops = [try left.secured(.established(client)), try right.secured(.established(server))]
    #expect(tops[0].tls?.pointer == client)
    #expect(tops[0].tlsInfo?.version == .v1_3)
    #expect(tops[0].tls?.isServer == false && tops[1].tls?.isServer == true)
    #expect(tops[0].tlsInfo?.handshakeTime == nil)
  }
}
