#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension BufferEvent {
  /// The descriptor of the socket below all layers; nil over anything else, while a connection is being made, and once it is
  /// given back. It stays the event's: what is read, written or closed by it is not seen here. O(layers).
  /// libevent: `bufferevent_getfd`.
  public var descriptor: Int32? {
    var lowest = self
    while let below = lowest.underlying { lowest = below }
    guard let socket = lowest.transport as? SocketTransport, socket.link != nil else { return nil }
    return socket.descriptor
  }

  /// The address of this end of the socket below all layers, as the system tells it; nil where `descriptor` is. A system call.
  public var localAddress: SocketAddress? {
    descriptor.flatMap { SocketAddress.of($0) { getsockname($0, $1, $2) } }
  }

  /// The address of the other end of the socket below all layers, as the system tells it; nil where `descriptor` is, and where
  /// the other end is gone. A system call.
  public var remoteAddress: SocketAddress? {
    descriptor.flatMap { SocketAddress.of($0) { getpeername($0, $1, $2) } }
  }
}
