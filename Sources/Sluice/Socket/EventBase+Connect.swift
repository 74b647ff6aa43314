import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBase {
  /// Connects to an address. What is written before the connection stands waits for it. The event callback is told
  /// `.connected`, or one error that names the address and the cause; a refusal that the system tells at once comes in the same
  /// way, from the loop. libevent: `bufferevent_socket_connect`.
  ///
  /// - Parameters:
  ///   - address: where to; names are not looked up.
  ///   - limit: after this time the attempt has failed; nil waits as long as the system does.
  ///   - options: what is set on the socket.
  /// - Returns: the event, which is not connected yet.
  /// - Throws: `SocketError` where the system gives no socket.
  public func connect(
    to address: SocketAddress, within limit: Duration? = .seconds(10), options: SocketOptions = SocketOptions()
  ) throws(SocketError) -> BufferEvent {
    let descriptor = sluice_socket(address.family)
    if descriptor < 0 { throw SocketError(.create, code: -descriptor, peer: "\(address)") }
    options.apply(to: descriptor, isTCP: !address.isUnix)
    let transport = SocketTransport(descriptor: descriptor, peer: "\(address)")
    let result = address.withSystemAddress { connectDescriptor(descriptor, $0, $1) }
    let code = result == 0 || errno == EINPROGRESS || errno == EINTR ? 0 : errno
    let event = BufferEvent(base: self, transport: transport)
    event.keepByLoop()
    let timer = LoopTimer(base: self) { [weak event] in
      event?.fail(SocketError(.connect, code: ETIMEDOUT, peer: "\(address)"))
    }
    if let limit { timer.arm(after: limit) }
    transport.onClosed = { timer.cancel() }
    transport.onConnected = { [weak event] code in
      timer.cancel()
      guard let event else { return }
      if code == 0 { event.connected() } else { event.fail(SocketError(.connect, code: code, peer: "\(address)")) }
    }
    transport.attach(event)
    if code != 0 { `defer` { [weak event] in event?.fail(SocketError(.connect, code: code, peer: "\(address)")) } }
    return event
  }
}

private func connectDescriptor(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  connect(descriptor, address, length)
}
