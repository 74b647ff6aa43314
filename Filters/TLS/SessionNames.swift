internal import COpenSSL

/// Has the session of a connection resumed only under the name that it was made under. The library does not see to that; RFC 6066,
/// section 3 wants it, and whoever has the session of one host shall not come in at another by it.
///
/// Called with each hello, before the library looks for a session.
func tieSessionToName(_ ssl: OpaquePointer?, _: UnsafeMutablePointer<Int32>?, _: UnsafeMutableRawPointer?) -> Int32 {
  var bytes: UnsafePointer<UInt8>?
  var count = 0
  guard SSL_client_hello_get0_ext(ssl, UInt32(TLSEXT_TYPE_server_name), &bytes, &count) == 1 else {
    return SSL_CLIENT_HELLO_SUCCESS
  }
  // The extension as it stands, its lengths in front of the name; names of hosts are the same in capitals.
  let name = UnsafeBufferPointer(start: bytes, count: count).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  SHA256(name, name.count, &digest)
  return SSL_set_session_id_context(ssl, digest, UInt32(digest.count)) == 1
    ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR
}
