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

  // In the middle of a header, too: places 1 to 4.
  @Test(arguments: [1, 3, 4, 5, 6, 20, 31])
  func `one that stands in the middle of a record goes on there`(place: Int) throws {
    let contexts = try Conversation.contexts()
    let (client, server) = try connected(contexts)
    SSL_write(client, "cut in two", 10)
    var bytes: UnsafeMutablePointer<CChar>?
    let count = sluice_bio_memory(SSL_get_wbio(client), &bytes)
    let record = [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    BIO_write(SSL_get_rbio(server), record, Int32(place))
    var byte: UInt8 = 0
    #expect(SSL_read(server, &byte, 1) <= 0)
    ERR_clear_error()
    sluice_bio_reset(SSL_get_wbio(client))
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    left.write(Array(record[place...]))
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

  @Test func `records that the library has read ahead come out, and the end behind them`() throws {
    let contexts = try Conversation.contexts()
    let (client, server) = try connected(contexts)
    SSL_set_read_ahead(server, 1)
    for text in ["one ", "two ", "three"] { SSL_write(client, text, Int32(text.utf8.count)) }
    carry(client, server)
    var area = [UInt8](repeating: 0, count: 100)
    #expect(SSL_read(server, &area, 100) == 4)
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.secured(.established(server))
    let sees = Witness(top)
    try base.runUntilIdle(maximumSteps: 100)
    #expect(sees.text == "two three")
    let other = try left.secured(.established(client))
    other.write(", four")
    other.finish()
    try base.runUntilIdle(maximumSteps: 100)
    #expect(sees.text == "two three, four")
    withExtendedLifetime(top) {}
    #expect(sees.log == ["connected", "read", "end"])
  }

  /// An `SSL` of a context that this project knows nothing of, and a client of it.
  private func strangers() throws -> (client: OpaquePointer, server: OpaquePointer) {
    let contexts = try Conversation.contexts()
    // What the project's contexts call back for is taken away again.
    SSL_CTX_set_info_callback(contexts.server.pointer, nil)
    return try connected(contexts)
  }

  @Test func `an alert is an error for one of another context, too`() throws {
    let (client, server) = try strangers()
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.secured(.established(server))
    let sees = Witness(top)
    try base.runUntilIdle(maximumSteps: 100)
    // The client finds a record that cannot be, and says so.
    BIO_write(SSL_get_rbio(client), [23, 3, 3, 0, 20] + [UInt8](repeating: 1, count: 20), 25)
    var byte: UInt8 = 0
    #expect(SSL_read(client, &byte, 1) <= 0)
    ERR_clear_error()
    var bytes: UnsafeMutablePointer<CChar>?
    let count = sluice_bio_memory(SSL_get_wbio(client), &bytes)
    left.write(UnsafeRawBufferPointer(start: bytes, count: count))
    try base.runUntilIdle(maximumSteps: 100)
    SSL_free(client)
    #expect(sees.log == ["connected", "error"])
    withExtendedLifetime(top) {}
    #expect(sees.failure == .alertReceived(TLSAlert(code: 20)), "\(String(describing: sees.failure))")
  }

  @Test func `one that was told of the end already has it`() throws {
    let (client, server) = try connected(Conversation.contexts())
    SSL_shutdown(client)
    carry(client, server)
    var byte: UInt8 = 0
    #expect(SSL_read(server, &byte, 1) == 0)
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let top = try right.secured(.established(server))
    let sees = Witness(top)
    try base.runUntilIdle(maximumSteps: 100)
    SSL_free(client)
    #expect(sees.log == ["connected", "end"])
    withExtendedLifetime((left, top)) {}
  }

  // libevent's startopen as it is there: what connected the SSL is gone before it is wrapped anew, or goes later.
  @Test(arguments: [false, true])
  func `one that is kept outlives what it was connected by`(goesLater: Bool) throws {
    let contexts = try Conversation.contexts()
    var pointers: [OpaquePointer] = []
    var talk: Conversation? = try Conversation(contexts: contexts)
    try talk?.settle()
    for event in [talk?.client, talk?.server] {
      let pointer = try #require(event?.tls).pointer
      SSL_up_ref(pointer)
      pointers.append(pointer)
      event?.free()
    }
    if !goesLater { talk = nil }
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let (client, server) = (
      try left.secured(.established(pointers[0])), try right.secured(.established(pointers[1]))
    )
    talk = nil
    let sees = Witness(server)
    client.write("goes on")
    client.finish()
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(sees.log == ["connected", "read", "end"])
    #expect(sees.text == "goes on")
  }

  // libevent's row 40: who frees what where making it fails.
  @Test func `it is freed with the connection, and where there can be none`() throws {
    final class Freed { var count = 0 }
    let freed = Freed()
    let slot = CRYPTO_get_ex_new_index(
      CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil,
      { _, value, _, _, _, _ in
        if let value { Unmanaged<Freed>.fromOpaque(value).takeUnretainedValue().count += 1 }
      })
    func watched(_ ssl: OpaquePointer) -> OpaquePointer {
      SSL_set_ex_data(ssl, slot, Unmanaged.passUnretained(freed).toOpaque())
      return ssl
    }
    let contexts = try Conversation.contexts()
    // Not connected.
    let raw = watched(try #require(SSL_new(contexts.client.pointer)))
    let (left, right) = EventBase(clock: .virtual).pair()
    #expect(throws: TLSError.self) { try left.secured(.established(raw)) }
    #expect(freed.count == 1)
    // On an event that carries another filter already.
    let (client, server) = try connected(contexts)
    let top = try left.secured(.established(watched(client)))
    #expect(throws: (any Error).self) { try left.secured(.established(watched(server))) }
    #expect(freed.count == 2)
    top.close(within: .zero)
    withExtendedLifetime((top, right)) {}
  }
}
