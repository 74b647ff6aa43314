internal import COpenSSL

/// What a client needs to resume a session with a server: obtained from one connection, and given to the next to the
/// same host. It saves the exchange and the check of certificates. In TLS 1.3 it is good for one connection (RFC 8446,
/// C.4), which brings the next; offering it again leads to a full handshake.
///
/// The server's certificate is not looked at again, so a ticket of a connection that checked less is not offered by one that
/// checks more. Give it to contexts of the same trust.
public final class TLSSessionTicket {
  let pointer: OpaquePointer
  /// The host of the connection that it came from; it is good for no other.
  public let host: String?

  init(owning pointer: OpaquePointer, host: String?) {
    self.pointer = pointer
    self.host = host
  }

  /// A ticket that was saved; nil where the bytes are none. It is a secret: who has it can take part in the session.
  public init?(saved: [UInt8], host: String?) {
    let session = saved.withUnsafeBufferPointer { bytes in
      var at = bytes.baseAddress
      return d2i_SSL_SESSION(nil, &at, bytes.count)
    }
    guard let session else {
      ERR_clear_error()
      return nil
    }
    pointer = session
    self.host = host
  }

  deinit { SSL_SESSION_free(pointer) }

  /// The ticket as bytes, to be saved.
  public var saved: [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_SSL_SESSION(pointer, &bytes)
    defer { CRYPTO_free(bytes, nil, 0) }
    return count > 0 ? Array(UnsafeBufferPointer(start: bytes, count: Int(count))) : []
  }
}
