internal import COpenSSL

/// The way into libcrypto: what it refuses becomes an error with its own reason.
enum Library {
  /// Runs calls into libcrypto and leaves the thread's error queue as it was, for TLS on the same thread reads it.
  static func session<Value>(
    _ body: () throws(TestIdentityError) -> Value
  ) throws(TestIdentityError) -> Value {
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    return try body()
  }

  /// The pointer that a call returned, or the library's reason for none.
  static func made<Pointer>(_ call: String, _ pointer: Pointer?) throws(TestIdentityError) -> Pointer {
    guard let pointer else { throw refused(call) }
    return pointer
  }

  /// Checks the result of a call that says success with a positive number.
  static func check(_ call: String, _ result: Int32) throws(TestIdentityError) {
    guard result > 0 else { throw refused(call) }
  }

  /// The error for a call that failed just now.
  static func refused(_ call: String) -> TestIdentityError {
    let reason = ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) }
    return .library(call: call, reason: reason ?? "no reason given")
  }

  /// What one of the `i2d` functions writes: asked for its length first, then for the bytes.
  static func encoded(
    _ call: String, _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
  ) throws(TestIdentityError) -> [UInt8] {
    let length = Int(encode(nil))
    guard length > 0 else { throw refused(call) }
    let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      var cursor = buffer.baseAddress
      count = encode(&cursor) == length ? length : 0
    }
    guard bytes.count == length else { throw refused(call) }
    return bytes
  }

  /// Gives bytes to one of the `d2i` functions; the result, which the caller frees, must take all of them.
  static func decoded<Pointer>(
    _ kind: String, _ bytes: [UInt8], _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> Pointer?,
    free: (Pointer) -> Void
  ) throws(TestIdentityError) -> Pointer {
    let pointer: Pointer? = bytes.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard cursor != nil, let pointer = decode(&cursor, buffer.count) else { return nil }
      guard cursor == buffer.baseAddress?.advanced(by: buffer.count) else {
        free(pointer)
        return nil
      }
      return pointer
    }
    guard let pointer else { throw .malformed(kind) }
    return pointer
  }

  /// A certificate parsed; the caller frees it.
  static func certificate(_ der: [UInt8]) throws(TestIdentityError) -> OpaquePointer {
    try decoded("certificate", der, { d2i_X509(nil, $0, $1) }, free: { X509_free($0) })
  }

  /// A private key parsed; the caller frees it.
  static func privateKey(_ der: [UInt8]) throws(TestIdentityError) -> OpaquePointer {
    try decoded("private key", der, { d2i_AutoPrivateKey(nil, $0, $1) }, free: { EVP_PKEY_free($0) })
  }

  /// An octet string of libcrypto's, which the caller frees.
  static func octetString(_ bytes: [UInt8]) throws(TestIdentityError) -> UnsafeMutablePointer<ASN1_OCTET_STRING> {
    let string = try made("ASN1_OCTET_STRING_new", ASN1_OCTET_STRING_new())
    guard ASN1_OCTET_STRING_set(string, bytes, Int32(clamping: bytes.count)) > 0 else {
      ASN1_OCTET_STRING_free(string)
      throw refused("ASN1_OCTET_STRING_set")
    }
    return string
  }
}
