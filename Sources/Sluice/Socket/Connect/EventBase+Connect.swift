extension EventBase {
  /// Connects to a name or an address, and returns at once. What is written before the connection stands waits for it; so does
  /// all that stands on the event: filters may be put on it right away.
  ///
  /// A name is looked up away from the loop, and its addresses are tried as RFC 8305 says: the two versions of IP take turns, and
  /// a slow attempt does not hold up the next. The event callback is told `.connected`, or one `.error` with a `ConnectError`
  /// that names each address and why it failed. It comes from the loop, never from inside this call, also where the system
  /// answers at once. Until then the event's directions are suspended as `.connecting`, and timeouts do not count.
  ///
  /// To cancel, close or abort the event. `close()` with something written makes the connection first, and sends it.
  /// The base keeps the event alive while it has a callback, until it is closed or has told an error; one that is dropped
  /// without is closed. libevent: `bufferevent_socket_connect`, `bufferevent_socket_connect_hostname`.
  ///
  /// - Parameters:
  ///   - endpoint: where to.
  ///   - options: how; a deadline of 10 seconds among it.
  /// - Returns: the event, which is not connected yet.
  public func connect(to endpoint: Endpoint, options: ConnectOptions = ConnectOptions()) -> BufferEvent {
    let connector = Connector(to: endpoint, options, on: self)
    let event = BufferEvent(base: self, transport: connector)
    event.keepByCallbacks()
    connector.start(event)
    return event
  }

  /// Connects to an address, as `connect(to:options:)` with an endpoint.
  ///
  /// - Parameters:
  ///   - address: where to.
  ///   - options: how.
  /// - Returns: the event, which is not connected yet.
  public func connect(to address: SocketAddress, options: ConnectOptions = ConnectOptions()) -> BufferEvent {
    connect(to: .address(address), options: options)
  }
}
