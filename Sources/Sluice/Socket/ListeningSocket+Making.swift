import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ListeningSocket {
  /// Listens at an address.
  static func bound(to address: SocketAddress, _ options: ListenerOptions) throws(SocketError) -> ListeningSocket {
    let descriptor = sluice_socket(address.family)
    if descriptor < 0 { throw SocketError(.create, code: -descriptor, peer: "\(address)") }
    do {
      try prepare(descriptor, address, options)
      try bind(descriptor, to: address)
    } catch {
      closeDescriptor(descriptor)
      throw error
    }
    let name = SocketAddress.of(descriptor) { getsockname($0, $1, $2) } ?? address
    let socket = ListeningSocket(descriptor: descriptor, address: name, file: address.path.flatMap(UnixSocketFile.init))
    if let path = address.path, let permissions = options.unixPermissions, chmod(path, mode_t(permissions)) != 0 {
      throw SocketError(.configure, code: errno, peer: "\(address)")
    }
    guard listenDescriptor(descriptor, max(options.backlog, 1)) == 0 else {
      throw SocketError(.listen, code: errno, peer: "\(address)")
    }
    return socket
  }

  /// Takes over a socket that listens already. Its file, if it has one, belongs to who made it.
  static func adopting(_ descriptor: Int32) throws(SocketError) -> ListeningSocket {
    let result = sluice_prepare(descriptor)
    let problem = result < 0 ? -result : isListening(descriptor) ? 0 : EINVAL
    if problem != 0 {
      closeDescriptor(descriptor)
      throw SocketError(
        .listen, code: problem, peer: "descriptor \(descriptor)", advice: "it has to be a stream socket that listens")
    }
    let address = SocketAddress.of(descriptor) { getsockname($0, $1, $2) }
    guard let address else {
      closeDescriptor(descriptor)
      throw SocketError(.listen, code: EAFNOSUPPORT, peer: "descriptor \(descriptor)")
    }
    return ListeningSocket(descriptor: descriptor, address: address)
  }

  private static func isListening(_ descriptor: Int32) -> Bool {
    socketOption(descriptor, SO_TYPE) == streamSocket && socketOption(descriptor, SO_ACCEPTCONN) == 1
  }

  private static func prepare(
    _ descriptor: Int32, _ address: SocketAddress, _ options: ListenerOptions
  ) throws(SocketError) {
    func set(_ level: Int32, _ name: Int32, _ isOn: Bool) throws(SocketError) {
      var value: Int32 = isOn ? 1 : 0
      if setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 { return }
      throw SocketError(.configure, code: errno, peer: "\(address)")
    }
    if address.isUnix {
      guard !options.reusePort else {
        throw SocketError(
          .configure, code: EOPNOTSUPP, peer: "\(address)",
          advice: "a Unix socket cannot be shared: leave reusePort off")
      }
      return
    }
    if options.reuseAddress { try set(SOL_SOCKET, SO_REUSEADDR, true) }
    if options.reusePort { try set(SOL_SOCKET, SO_REUSEPORT, true) }
    if address.family == AF_INET6 { try set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, !options.acceptsIPv4) }
    #if os(Linux)
      if options.waitsForData { try set(Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, true) }
    #endif
  }

  private static func bind(_ descriptor: Int32, to address: SocketAddress) throws(SocketError) {
    if address.withSystemAddress({ bindDescriptor(descriptor, $0, $1) }) == 0 { return }
    if errno == EADDRINUSE, let path = address.path {
      try UnixSocketFile.makeWay(at: path, for: address)
      if address.withSystemAddress({ bindDescriptor(descriptor, $0, $1) }) == 0 { return }
    }
    throw SocketError(.bind, code: errno, peer: "\(address)")
  }
}

extension SocketAddress {
  /// The file of a Unix socket; nil for others.
  fileprivate var path: String? {
    if case .unix(let path) = kind { path } else { nil }
  }
}

// Under names that no method hides.
private func bindDescriptor(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  bind(descriptor, address, length)
}

private func listenDescriptor(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
