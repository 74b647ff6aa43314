#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBase {
  /// Listens at an address, and hands each connection to `onAccept` as a buffer event with the peer's address. The base keeps
  /// the listener alive until it is closed, and a connection while it has a callback: one that nobody takes, by giving it
  /// callbacks or keeping it, is closed. libevent: `evconnlistener_new_bind`.
  ///
  /// Where a Unix socket's path is taken by a socket to which connections are refused, that is what a program that is gone
  /// left behind: it is removed, and the path is bound. Anything else is left alone.
  ///
  /// - Throws: `SocketError`, which names the address, what failed, and why.
  @discardableResult
  public func listen(
    at address: SocketAddress, options: ListenerOptions = ListenerOptions(),
    onAccept: @escaping (BufferEvent, SocketAddress?) -> Void
  ) throws(SocketError) -> Listener {
    try listen(at: [address], options: options, onAccept: onAccept)
  }

  /// Listens at several addresses with one listener: at all of them, or at none where one fails.
  ///
  /// - Throws: `SocketError`, which names the address that failed, and why; also where there is no address.
  @discardableResult
  public func listen(
    at addresses: [SocketAddress], options: ListenerOptions = ListenerOptions(),
    onAccept: @escaping (BufferEvent, SocketAddress?) -> Void
  ) throws(SocketError) -> Listener {
    guard !addresses.isEmpty else {
      throw SocketError(.listen, code: EDESTADDRREQ, peer: "no address", advice: "give at least one")
    }
    var sockets: [ListeningSocket] = []
    for address in addresses { sockets.append(try .bound(to: address, options)) }
    return try listen(on: sockets, options, onAccept)
  }

  /// Takes connections from a descriptor that listens already, as systemd and other supervisors hand it down. It belongs to
  /// the listener from now on, even where this fails; of the options, those about the address have no effect. The file of a
  /// Unix socket stays when the listener closes. libevent: `evconnlistener_new` with a backlog of 0.
  ///
  /// - Throws: `SocketError` where the descriptor is not open, or not a stream socket that listens.
  @discardableResult
  public func listen(
    adopting descriptor: Int32, options: ListenerOptions = ListenerOptions(),
    onAccept: @escaping (BufferEvent, SocketAddress?) -> Void
  ) throws(SocketError) -> Listener {
    try listen(on: [.adopting(descriptor)], options, onAccept)
  }

  private func listen(
    on sockets: [ListeningSocket], _ options: ListenerOptions,
    _ onAccept: @escaping (BufferEvent, SocketAddress?) -> Void
  ) throws(SocketError) -> Listener {
    let listener = Listener(base: self, sockets: sockets, options: options, onAccept: onAccept)
    do { try listener.start() } catch { throw SocketError(.listen, code: error.code, peer: "\(listener.address)") }
    return listener
  }
}
