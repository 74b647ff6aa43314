internal import COpenSSL

extension TLSContext {
  /// Has the library call back where the application, or an error's words, need it. Each callback finds its connection,
  /// and with that the context, from the `SSL` it is given.
  func installCallbacks() {
    SSL_CTX_set_info_callback(pointer) { ssl, place, value in
      // Fatal ones; in TLS 1.3 close_notify may call itself that.
      guard place & 0x4000 != 0, value >> 8 == 2, value & 0xFF != 0 else { return }
      TLSConnection.of(ssl)?._withUnsafeGuaranteedRef {
        let code = UInt8(truncatingIfNeeded: value)
        if place & 0x08 != 0 { $0.alertSent = code } else { $0.alertReceived = code }
      }
    }
    if isServer {
      if !names.isEmpty || refusesUnknownNames { sluice_ssl_ctx_set_server_name_callback(pointer, chooseIdentity, nil) }
      if !protocols.isEmpty { SSL_CTX_set_alpn_select_cb(pointer, chooseProtocol, nil) }
    } else {
      SSL_CTX_sess_set_new_cb(pointer) { ssl, session in
        guard let session, let link = TLSConnection.of(ssl) else { return 0 }
        link._withUnsafeGuaranteedRef { $0.sessionTicket = TLSSessionTicket(owning: session, host: $0.host) }
        return 1
      }
    }
    if options.keyLog != nil {
      SSL_CTX_set_keylog_callback(pointer) { ssl, line in
        guard let line else { return }
        TLSConnection.of(ssl)?._withUnsafeGuaranteedRef { connection in
          OpenSSLErrors.apart { connection.context?.options.keyLog?(String(cString: line)) }
        }
      }
    }
    if options.verify != nil { SSL_CTX_set_cert_verify_callback(pointer, askApplication, nil) }
  }
}

/// Chooses what is shown to a client by the name it asks for.
private func chooseIdentity(
  _ ssl: OpaquePointer?, _ alert: UnsafeMutablePointer<Int32>?, _: UnsafeMutableRawPointer?
) -> Int32 {
  guard let link = TLSConnection.of(ssl) else { return SSL_TLSEXT_ERR_NOACK }
  return link._withUnsafeGuaranteedRef { connection in
    guard let context = connection.context else { return SSL_TLSEXT_ERR_NOACK }
    let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    if let name, let identity = context.identity(for: name) {
      return identity.apply(toConnection: connection.pointer) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL
    }
    if name != nil && context.refusesUnknownNames || SSL_get_certificate(ssl) == nil {
      alert?.pointee = Int32(SSL_AD_UNRECOGNIZED_NAME)
      return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    return SSL_TLSEXT_ERR_NOACK
  }
}

/// Chooses the protocol that the server likes best among those the client offers.
private func chooseProtocol(
  _ ssl: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?,
  _ offered: UnsafePointer<UInt8>?, _ count: UInt32, _: UnsafeMutableRawPointer?
) -> Int32 {
  guard let link = TLSConnection.of(ssl), let offered else { return SSL_TLSEXT_ERR_NOACK }
  return link._withUnsafeGuaranteedRef { connection in
    guard let context = connection.context else { return SSL_TLSEXT_ERR_NOACK }
    let list = UnsafeBufferPointer(start: offered, count: Int(count))
    let wanted = context.protocols
    var at = 0
    while at < wanted.count {
      let name = wanted[(at + 1)...(at + Int(wanted[at]))]
      at += 1 + name.count
      var place = 0
      while place < list.count {
        let size = Int(list[place])
        guard place + 1 + size <= list.count else { break }
        if UnsafeBufferPointer(rebasing: list[(place + 1)..<(place + 1 + size)]).elementsEqual(name) {
          chosen?.pointee = offered + place + 1
          length?.pointee = UInt8(size)
          return SSL_TLSEXT_ERR_OK
        }
        place += 1 + size
      }
    }
    return context.toleratesUnknownProtocols ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_ALERT_FATAL
  }
}

/// The library's callback for each certificate it looked at: notes what is wrong with it, and lets its verdict stand.
func noteVerification(_ isFine: Int32, _ store: OpaquePointer?) -> Int32 {
  guard isFine != 1, let link = connection(of: store) else { return isFine }
  link._withUnsafeGuaranteedRef { connection in
    guard connection.certificateError == nil else { return }
    // The library asks once more about certificates it could not judge; the first fault is the one to tell.
    connection.certificateError = TLSCertificateError(
      code: X509_STORE_CTX_get_error(store), certificate: X509_STORE_CTX_get_current_cert(store),
      depth: Int(X509_STORE_CTX_get_error_depth(store)), host: connection.host)
  }
  return isFine
}

private func connection(of store: OpaquePointer?) -> Unmanaged<TLSConnection>? {
  guard let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()) else { return nil }
  return TLSConnection.of(OpaquePointer(ssl))
}

/// Has the application look at the certificates after the library did, where that is to.
private func askApplication(_ store: OpaquePointer?, _: UnsafeMutableRawPointer?) -> Int32 {
  guard let link = connection(of: store) else { return 0 }
  return link._withUnsafeGuaranteedRef { connection in
    let isUnchecked = if case .nothing? = connection.context?.verification { true } else { false }
    let isFine = isUnchecked || X509_verify_cert(store) == 1
    guard let verify = connection.context?.options.verify else { return isFine ? 1 : 0 }
    var chain: [TLSCertificate] = []
    if let leaf = X509_STORE_CTX_get0_cert(store) { chain.append(TLSCertificate(leaf)) }
    let others = X509_STORE_CTX_get0_untrusted(store)
    for index in 0..<max(sluice_x509_stack_count(others), 0) {
      guard let certificate = sluice_x509_stack_value(others, index) else { continue }
      let other = TLSCertificate(certificate)
      if other != chain.first { chain.append(other) }
    }
    if !isFine, connection.certificateError == nil {
      connection.certificateError = TLSCertificateError(
        code: X509_STORE_CTX_get_error(store), certificate: X509_STORE_CTX_get0_cert(store), depth: 0,
        host: connection.host)
    }
    let error = isFine ? nil : connection.certificateError
    if OpenSSLErrors.apart({ verify(TLSVerification(error: error, chain: chain, host: connection.host)) }) {
      connection.certificateError = nil
      X509_STORE_CTX_set_error(store, X509_V_OK)
      return 1
    }
    if isFine {
      connection.certificateError = TLSCertificateError(
        reason: .refusedByApplication, subject: chain.first?.subject ?? "", depth: 0)
      X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION)
    }
    return 0
  }
}
