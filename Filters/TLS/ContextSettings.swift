internal import COpenSSL

/// Puts configurations into an `SSL_CTX`.
enum ContextSettings {
  /// A context with what both sides have. The caller frees it.
  static func make(_ method: OpaquePointer?, _ options: TLSOptions) throws(TLSConfigurationError) -> OpaquePointer {
    OpenSSLErrors.clear()
    guard let context = SSL_CTX_new(method) else {
      throw TLSConfigurationError(
        "libssl", OpenSSLErrors.take()?.text ?? "no context", "look at its configuration file")
    }
    _ = sluice_ssl_ctx_set_min_version(context, options.oldest.code)
    _ = sluice_ssl_ctx_set_max_version(context, options.newest.code)
    SSL_CTX_set_options(context, UInt64(SSL_OP_NO_RENEGOTIATION_) | UInt64(SSL_OP_NO_COMPRESSION_))
    // The chain that is shown is the one that was given. To look for one among the trusted certificates would be done anew for
    // each handshake.
    _ = sluice_ssl_ctx_set_mode(
      context,
      Int(SSL_MODE_ENABLE_PARTIAL_WRITE_ | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER_ | SSL_MODE_NO_AUTO_CHAIN_))
    _ = sluice_ssl_ctx_clear_mode(context, Int(SSL_MODE_AUTO_RETRY_))
    do throws(TLSConfigurationError) {
      guard options.oldest <= options.newest else {
        throw TLSConfigurationError("oldest", "\(options.oldest), above newest", "give \(options.newest) at most")
      }
      try check(SSL_CTX_set_cipher_list(context, options.ciphers), "ciphers", options.ciphers)
      // The library takes no suites at all, and then speaks no TLS 1.3.
      let suites = options.cipherSuites
      try check(suites.isEmpty ? 0 : SSL_CTX_set_ciphersuites(context, suites), "cipherSuites", suites)
      if let groups = options.groups {
        try check(Int32(sluice_ssl_ctx_set_groups(context, groups)), "groups", groups)
      }
    } catch {
      SSL_CTX_free(context)
      throw error
    }
    return context
  }

  private static func check(_ result: Int32, _ setting: String, _ value: String) throws(TLSConfigurationError) {
    guard result == 1 else {
      ERR_clear_error()
      throw TLSConfigurationError(
        setting, "\"\(value)\", which names nothing that libssl has", "give OpenSSL's notation")
    }
  }

  private static func check(_ count: Int, in range: ClosedRange<Int>, _ way: String) throws(TLSConfigurationError) {
    guard !range.contains(count) else { return }
    throw TLSConfigurationError(
      "sessions", "\(way)(\(count))", "give a number from \(range.lowerBound) to \(range.upperBound)")
  }

  private static func show(
    _ identity: TLSIdentity, _ options: TLSOptions, server: OpaquePointer?, on context: OpaquePointer
  ) throws(TLSConfigurationError) {
    let (loaded, place) = (try LoadedIdentity(identity), identity.certificates.place)
    try loaded.apply(to: context, place: place)
    try loaded.checkKey(options, server: server, place: place)
  }

  static func apply(_ configuration: TLSServerConfiguration, to context: OpaquePointer) throws(TLSConfigurationError) {
    if let identity = configuration.identity {
      try show(identity, configuration.options, server: context, on: context)
    } else if configuration.identities.isEmpty {
      throw TLSConfigurationError("identity", "none", "give a server a certificate and its key")
    }
    // Without it, a session of a client with a certificate cannot be resumed.
    SSL_CTX_set_session_id_context(context, "sluice", 6)
    if configuration.sessions != .none { SSL_CTX_set_client_hello_cb(context, tieSessionToName, nil) }
    switch configuration.sessions {
    case .tickets(let count):
      try check(count, in: TLSSessions.ticketCounts, "tickets")
      _ = sluice_ssl_ctx_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
      SSL_CTX_set_num_tickets(context, count)
      if count == 0 { SSL_CTX_set_options(context, UInt64(SSL_OP_NO_TICKET_)) }
    case .cached(let count):
      try check(count, in: TLSSessions.cacheSizes, "cached")
      _ = sluice_ssl_ctx_set_session_cache_mode(context, Int(SSL_SESS_CACHE_SERVER))
      _ = sluice_ssl_ctx_set_cache_size(context, count)
      SSL_CTX_set_options(context, UInt64(SSL_OP_NO_TICKET_))
      SSL_CTX_set_num_tickets(context, 1)
    case .none:
      _ = sluice_ssl_ctx_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
      SSL_CTX_set_num_tickets(context, 0)
      SSL_CTX_set_options(context, UInt64(SSL_OP_NO_TICKET_))
    }
    SSL_CTX_set_options(context, UInt64(SSL_OP_CIPHER_SERVER_PREFERENCE_) | UInt64(SSL_OP_PRIORITIZE_CHACHA_))
    if case .none = configuration.clients { return }
    guard let trust = configuration.trust else {
      throw TLSConfigurationError("trust", "nothing", "say who is trusted to sign the certificates of clients")
    }
    try Trusting.apply(trust, to: context, naming: true)
    let required = if case .required = configuration.clients { SSL_VERIFY_FAIL_IF_NO_PEER_CERT } else { Int32(0) }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, noteVerification)
  }

  static func apply(_ configuration: TLSClientConfiguration, to context: OpaquePointer) throws(TLSConfigurationError) {
    if let identity = configuration.identity {
      try show(identity, configuration.options, server: nil, on: context)
    }
    _ = sluice_ssl_ctx_set_session_cache_mode(
      context, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
    guard case .nothing = configuration.verification else {
      try Trusting.apply(configuration.trust, to: context, naming: false)
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, noteVerification)
      return
    }
    // The application's own check counts all the same.
    SSL_CTX_set_verify(context, configuration.options.verify == nil ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nil)
  }

  /// The names of protocols as ALPN has them, each with its length in front.
  static func wireFormat(of protocols: [String]) throws(TLSConfigurationError) -> [UInt8] {
    var bytes: [UInt8] = []
    for name in protocols {
      guard (1...255).contains(name.utf8.count) else {
        throw TLSConfigurationError("protocols", "\"\(name)\"", "give names of 1 to 255 bytes")
      }
      bytes.append(UInt8(name.utf8.count))
      bytes += name.utf8
    }
    guard bytes.count <= 65_000 else { throw TLSConfigurationError("protocols", "too many", "give fewer") }
    return bytes
  }
}
