public import Sluice

extension BufferEvent {
  /// Puts TLS on this event, and returns the event that stands on the two. libevent: `bufferevent_openssl_filter_new`.
  ///
  /// The handshake begins at once. What this event has read and nobody took goes to TLS, as STARTTLS needs it; plain
  /// text never comes out of the event that is returned, nor anything before the handshake is complete. What is written
  /// before that waits. Errors come to `onEvent`, with a `TLSError` as their reason.
  ///
  /// - Parameters:
  ///   - role: which part this end plays.
  ///   - closingUnderlying: false leaves this event open, and usable again, when the new one is gone.
  /// - Returns: the event on top.
  /// - Throws: `StackError`, as `filtered(by:)`; `TLSError` where the host is none, or the role does not fit its
  ///   context.
  public func secured(_ role: TLSRole, closingUnderlying: Bool = true) throws -> BufferEvent {
    try filtered(by: TLSFilter(role), closingUnderlying: closingUnderlying)
  }

  /// The connection of the topmost TLS layer from here down; nil where there is none. libevent:
  /// `bufferevent_openssl_get_ssl`.
  public var tls: TLSConnection? { filterHandle() }

  /// What the handshake of the topmost TLS layer came to; nil before it is complete.
  public var tlsInfo: TLSInfo? { tls?.info }
}

extension Stack {
  /// This stack with TLS on top, made anew by `role` for each event.
  public func secured(_ role: @escaping () throws -> TLSRole) -> Stack {
    adding(layer: { try $0.secured(try role()) })
  }

  /// This stack with TLS on top, in the same part for each event.
  public func secured(_ role: TLSRole) -> Stack { secured { role } }
}
