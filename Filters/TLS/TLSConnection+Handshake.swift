internal import COpenSSL
internal import Sluice

extension TLSConnection {
  /// Lends the two buffers to the library for a call.
  @inline(__always) func call<Result>(
    _ source: UnsafeMutablePointer<EventBuffer>?, _ target: UnsafeMutablePointer<EventBuffer>,
    _ body: () throws -> Result
  ) rethrows -> Result {
    (wire.pointee.input, wire.pointee.output) = (source, target)
    defer { (wire.pointee.input, wire.pointee.output) = (nil, nil) }
    return try body()
  }

  /// Goes on with the handshake as far as the bytes go. True when it is complete.
  func shake(_ source: UnsafeMutablePointer<EventBuffer>?, _ reply: UnsafeMutablePointer<EventBuffer>) throws -> Bool {
    willUseBuffers()
    OpenSSLErrors.clear()
    return try call(source, reply) {
      let result = SSL_do_handshake(pointer)
      if result == 1 {
        establish()
        handshakeTime = startTime.map { ContinuousClock.now - $0 }
        return true
      }
      guard SSL_get_error(pointer, result) == SSL_ERROR_WANT_READ else { throw failure() }
      // Behind a close_notify, the library would wait for more for ever.
      if SSL_get_shutdown(pointer) & SSL_RECEIVED_SHUTDOWN != 0 { throw TLSError.closedDuringHandshake }
      if handshakeBytes > limits.bytes { throw TLSError.handshakeTooLong(limits.bytes) }
      return false
    }
  }

  func establish() {
    isEstablished = true
    guard isBetweenRecords else { return }
    wire.pointee.readsWholeRecords = true
    SSL_set_read_ahead(pointer, 1)
  }

  /// What went wrong, told from the library's errors, the alerts, and the first bytes.
  func failure() -> TLSError {
    hasFailed = true
    // In a handshake, whose calls began with an empty queue, the first error is the cause; later ones tell of its
    // consequences. Afterwards, the last one is this call's, whatever others left in front of it.
    let isCertificate = OpenSSLErrors.lastIsCertificateVerification
    let error = isEstablished ? OpenSSLErrors.take() : OpenSSLErrors.takeFirst()
    if isCertificate { return .certificate(certificateError ?? unnotedCertificateError()) }
    if error?.library == ERR_LIB_SSL, error?.reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE {
      return .certificate(TLSCertificateError(reason: .missing, subject: "", depth: 0))
    }
    // In TLS 1.3 the level of an alert says nothing; the library's error does.
    if alertReceived != 255 { return .alertReceived(TLSAlert(code: alertReceived)) }
    if let error, let alert = error.alert { return .alertReceived(alert) }
    if !isEstablished, let told = firstBytes.verdict(error?.reason ?? 0) { return told }
    let alert = alertSent == 255 ? nil : TLSAlert(code: alertSent)
    return .protocolViolation(error?.text ?? "the library gave up without a word", alertSent: alert)
  }
}

extension TLSConnection {
  /// What is wrong with certificates that the library gave up on before it looked at them one by one.
  private func unnotedCertificateError() -> TLSCertificateError {
    TLSCertificateError(
      code: Int32(truncatingIfNeeded: SSL_get_verify_result(pointer)), certificate: SSL_get0_peer_certificate(pointer),
      depth: 0, host: host)
  }
}

extension TLSConnection.FirstBytes {
  /// What the first bytes of an end tell that this end could not speak with.
  func verdict(_ reason: Int32) -> TLSError? {
    let bytes = array
    guard bytes.count >= 3 else { return nil }
    let isRecord = (20...24).contains(bytes[0]) && bytes[1] == 3
    if !isRecord {
      let text = String(decoding: bytes, as: UTF8.self)
      let starts = [
        "GET ", "HEAD ", "POST ", "PUT ", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH", "PRI *",
      ]
      if starts.contains(where: { text.hasPrefix($0.prefix(bytes.count)) && bytes.count >= 4 }) {
        return .plaintextHTTP
      }
      return .notTLS(Names.escaped(text))
    }
    // A hello says in bytes 9 and 10 which version its sender speaks at best, where it knows nothing of TLS 1.3.
    let isVersion =
      reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_WRONG_SSL_VERSION || reason == SSL_R_UNKNOWN_PROTOCOL
    guard isVersion, bytes.count >= 11, bytes[0] == 22, bytes[9] == 3 else { return nil }
    switch bytes[10] {
    case 0: return .oldVersion("SSL 3.0")
    case 1: return .oldVersion("TLS 1.0")
    case 2: return .oldVersion("TLS 1.1")
    default: return .oldVersion("TLS 1.2")
    }
  }
}
