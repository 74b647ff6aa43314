internal import COpenSSL
internal import Sluice

/// Which part an end plays, and with what.
public enum TLSRole {
  /// It waits for a client.
  case server(TLSContext)
  /// It begins, and wants the host of that name or address, as `Endpoint.host` gives it; a context that checks hosts needs
  /// it. With a ticket of an earlier connection to the same host it resumes that session, where the server agrees.
  case client(TLSContext, host: String?, resuming: TLSSessionTicket? = nil)
  /// The handshake was done elsewhere: an `SSL` that is complete, which the connection owns, and frees; where none can be made,
  /// `secured` throws, and frees it too. Who keeps it as well takes a reference first (`SSL_up_ref`). Its BIOs are replaced: what
  /// they hold is lost, while what the library has read from them goes on here. libevent: `BUFFEREVENT_SSL_OPEN`.
  /// Of the options, `allowDirtyShutdown` and `closeWait` count.
  case established(OpaquePointer, options: TLSOptions = TLSOptions())

  func makeConnection() throws(TLSError) -> TLSConnection {
    switch self {
    case .server(let context): try Self.serve(context)
    case .client(let context, let host, let ticket): try Self.connect(context, host, ticket)
    case .established(let ssl, let options): try Self.adopt(ssl, options)
    }
  }

  private static func serve(_ context: TLSContext) throws(TLSError) -> TLSConnection {
    guard context.isServer else { throw .unusable("a context of a client cannot serve: make one with init(server:)") }
    let connection = try make(context, host: nil)
    SSL_set_accept_state(connection.pointer)
    return connection
  }

  private static func connect(
    _ context: TLSContext, _ host: String?, _ ticket: TLSSessionTicket?
  ) throws(TLSError) -> TLSConnection {
    guard !context.isServer else {
      throw .unusable("a context of a server cannot connect: make one with init(client:)")
    }
    let connection = try make(context, host: host)
    SSL_set_connect_state(connection.pointer)
    if let host { try connection.want(host) }
    if host == nil, case .full = context.verification {
      throw .unusable("whose certificate to expect is not known: give a host, or verification .chainOnly")
    }
    // A ticket is good for the host that was checked when it was given, and for no other.
    if let ticket, ticket.host?.lowercased() == host?.lowercased() { connection.offer(ticket) }
    return connection
  }

  private static func make(_ context: TLSContext, host: String?) throws(TLSError) -> TLSConnection {
    OpenSSLErrors.clear()
    guard let ssl = SSL_new(context.pointer) else {
      throw .unusable("libssl made no connection: \(OpenSSLErrors.take()?.text ?? "no memory")")
    }
    return try TLSConnection(
      ssl: ssl, context: context, host: host, isServer: context.isServer, limits: context.limits)
  }

  private static func adopt(_ ssl: OpaquePointer, _ options: TLSOptions) throws(TLSError) -> TLSConnection {
    guard SSL_is_init_finished(ssl) == 1 else {
      SSL_free(ssl)
      throw .unusable("the SSL to wrap has not completed its handshake: give one that has, or use a context")
    }
    let connection = try TLSConnection(
      ssl: ssl, context: nil, host: nil, isServer: SSL_is_server(ssl) == 1, limits: TLSConnection.Limits(options))
    _ = sluice_ssl_set_mode(ssl, Int(SSL_MODE_ENABLE_PARTIAL_WRITE_ | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER_))
    // Bytes, or that there will be no more.
    connection.holdsInput = SSL_has_pending(ssl) == 1 || SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0
    connection.establish()
    return connection
  }
}

extension TLSConnection {
  /// Asks the server for `host`, and expects its certificate.
  fileprivate func want(_ host: String) throws(TLSError) {
    guard let wanted = context?.wanted(host) else { throw .badHost(Names.escaped(host)) }
    let isFull = if case .full? = context?.verification { true } else { false }
    switch wanted {
    case .address(let address):
      // Addresses have no place in the extension for names.
      if isFull, X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pointer), address) != 1 { throw .badHost(host) }
    case .name(let name):
      guard sluice_ssl_set_host_name(pointer, name) == 1 else { throw .badHost(host) }
      SSL_set_hostflags(pointer, Self.hostFlags)
      if isFull, SSL_set1_host(pointer, name) != 1 { throw .badHost(host) }
    }
  }

  /// No name but the alternative ones counts (RFC 9525), and of those no wildcard within a label.
  private static let hostFlags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)

  /// Has the session of a ticket resumed, where that says of the server's certificate what this connection would find out: it will
  /// not be looked at again.
  fileprivate func offer(_ ticket: TLSSessionTicket) {
    // The library would offer a session of TLS 1.2 without its cipher, which servers take for an attack.
    let isKept = SSL_SESSION_get_protocol_version(ticket.pointer) != TLS1_2_VERSION
    guard isKept || sluice_ssl_has_cipher(pointer, SSL_SESSION_get0_cipher(ticket.pointer)) == 1 else { return }
    SSL_set_session(pointer, ticket.pointer)
    guard !isGood(SSL_SESSION_get0_peer(ticket.pointer)) else { return }
    SSL_set_session(pointer, nil)
    SSL_set_verify_result(pointer, Int(X509_V_OK))
  }

  /// Whether the certificate of the session that was set is as this connection wants it.
  private func isGood(_ certificate: OpaquePointer?) -> Bool {
    guard let context else { return false }
    let asksApplication = context.options.verify != nil
    if case .nothing = context.verification, !asksApplication { return true }
    guard SSL_get_verify_result(pointer) == Int(X509_V_OK) else { return false }
    guard case .full = context.verification, !asksApplication, let host else { return true }
    switch context.wanted(host) {
    case .address(let address): return X509_check_ip_asc(certificate, address, 0) == 1
    case .name(let name): return X509_check_host(certificate, name, name.utf8.count, Self.hostFlags, nil) == 1
    case nil: return false
    }
  }
}
