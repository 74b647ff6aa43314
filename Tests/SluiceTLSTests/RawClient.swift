import COpenSSL
import Sluice
import Testing

/// A client of the bare library on an end of a pair: it does what this project's own client never would.
final class RawClient {
  let ssl: OpaquePointer
  private let context: OpaquePointer
  private let (incoming, outgoing): (OpaquePointer?, OpaquePointer?)
  private let wire: BufferEvent
  private(set) var text = ""

  init(on wire: BufferEvent, newest: Int32 = TLS1_2_VERSION) throws {
    self.wire = wire
    context = try #require(SSL_CTX_new(TLS_client_method()))
    _ = sluice_ssl_ctx_set_max_version(context, newest)
    ssl = try #require(SSL_new(context))
    (incoming, outgoing) = (BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
    SSL_set_bio(ssl, incoming, outgoing)
    SSL_set_connect_state(ssl)
    wire.onRead = { [unowned self] event in
      let bytes = event.input.read()
      BIO_write(incoming, bytes, Int32(bytes.count))
      goOn()
    }
    goOn()
  }

  deinit {
    SSL_free(ssl)
    SSL_CTX_free(context)
  }

  /// Lets the library go on with what came, and sends what it has to say.
  func goOn() {
    var area = [UInt8](repeating: 0, count: 16_384)
    if SSL_is_init_finished(ssl) == 0 { SSL_do_handshake(ssl) }
    while true {
      let count = SSL_read(ssl, &area, Int32(area.count))
      if count <= 0 { break }
      text += String(decoding: area[..<Int(count)], as: UTF8.self)
    }
    ERR_clear_error()
    send()
  }

  /// Sends what the library has to say.
  func send() {
    var bytes: UnsafeMutablePointer<CChar>?
    let count = sluice_bio_memory(outgoing, &bytes)
    if count > 0 { wire.write(UnsafeRawBufferPointer(start: bytes, count: count)) }
    sluice_bio_reset(outgoing)
  }

  func write(_ text: String) {
    SSL_write(ssl, text, Int32(text.utf8.count))
    goOn()
  }
}
