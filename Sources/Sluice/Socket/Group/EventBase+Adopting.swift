#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBase {
  /// Takes connections from a descriptor that listens already. It belongs to the listener from now on, even where this fails.
  func listen(
    adopting descriptor: Int32, options: ListenerOptions, onAccept: @escaping (BufferEvent, SocketAddress?) -> Void
  ) throws(SocketError) -> Listener {
    guard let address = SocketAddress.of(descriptor, { getsockname($0, $1, $2) }) else {
      throw SocketError(.listen, code: errno, peer: "descriptor \(descriptor)")
    }
    let listener = Listener(
      base: self, descriptor: descriptor, address: address, options: options, onAccept: onAccept)
    listener.updateInterest()
    return listener
  }
}
