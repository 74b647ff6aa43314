import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBase {
  /// A buffer event over a descriptor that is open and connected: an inherited or accepted socket, or an end of a pipe. It is
  /// made not to block, and belongs to the event from now on, even where this fails.
  ///
  /// The base keeps the event alive until it is closed. libevent: `bufferevent_socket_new`.
  ///
  /// - Throws: `SocketError` where the descriptor is not open.
  public func adopt(descriptor: Int32, options: SocketOptions = SocketOptions()) throws(SocketError) -> BufferEvent {
    let result = sluice_prepare(descriptor)
    if result < 0 {
      closeDescriptor(descriptor)
      throw SocketError(.configure, code: -result, peer: "descriptor \(descriptor)")
    }
    let peer = SocketAddress.of(descriptor) { getpeername($0, $1, $2) }
    options.apply(to: descriptor, isTCP: peer.map { !$0.isUnix } ?? false)
    var kind: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    let isSocket = getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &length) == 0
    return event(
      over: SocketTransport(
        descriptor: descriptor, peer: peer?.description ?? "descriptor \(descriptor)", isSocket: isSocket))
  }

  /// Two ends joined by a socket of the kernel's: what `pair()` is in memory. libevent: `evutil_socketpair`.
  ///
  /// - Throws: `SocketError` where the system has no descriptors left.
  public func socketPair() throws(SocketError) -> (BufferEvent, BufferEvent) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
      throw SocketError(.create, code: errno, peer: "socketpair")
    }
    return (try adopt(descriptor: ends[0]), try adopt(descriptor: ends[1]))
  }

  /// An event over a transport, which the base keeps alive until it is closed.
  func event(over transport: SocketTransport) -> BufferEvent {
    let event = BufferEvent(base: self, transport: transport)
    event.keepByLoop()
    transport.attach(event)
    return event
  }
}
