import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Makes connections with the system's sockets.
struct SystemDialer: Dialer {
  func dial(
    _ address: SocketAddress, _ options: ConnectOptions, on base: EventBase,
    _ tell: @escaping (Result<any DialedTransport, SocketError>) -> Void
  ) -> any Dialing {
    do {
      let dial = SocketDial(try open(address, options), to: address, on: base, tell)
      dial.start()
      return dial
    } catch {
      return FailedDial(error, on: base, tell)
    }
  }

  /// A socket that is ready to connect.
  private func open(_ address: SocketAddress, _ options: ConnectOptions) throws(SocketError) -> Int32 {
    let descriptor = sluice_socket(address.family)
    if descriptor < 0 { throw SocketError(.create, code: -descriptor, peer: "\(address)") }
    let failure: SocketError? =
      if let code = options.socket.apply(to: descriptor, isTCP: !address.isUnix) {
        SocketError(.configure, code: code, peer: "\(address)")
      } else {
        options.localAddress.flatMap { bind(descriptor, to: $0) }
      }
    guard let failure else { return descriptor }
    closeDescriptor(descriptor)
    throw failure
  }

  private func bind(_ descriptor: Int32, to local: SocketAddress) -> SocketError? {
    var one: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    if !local.isUnix {
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size)
      #if os(Linux)
        // The port is chosen when the other end is known, so that ports are used up for each other end by itself.
        if local.port == 0 { setsockopt(descriptor, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &one, size) }
      #endif
    }
    let result = local.withSystemAddress { bindDescriptor(descriptor, $0, $1) }
    return result == 0 ? nil : SocketError(.bind, code: errno, peer: "\(local)")
  }
}

/// An attempt that failed before there was a socket: told from the loop, as all others.
private final class FailedDial: Dialing {
  private var isCancelled = false

  init(
    _ error: SocketError, on base: EventBase, _ tell: @escaping (Result<any DialedTransport, SocketError>) -> Void
  ) {
    base.defer { [self] in if !isCancelled { tell(.failure(error)) } }
  }

  func cancel() { isCancelled = true }
}

private func bindDescriptor(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  bind(descriptor, address, length)
}
