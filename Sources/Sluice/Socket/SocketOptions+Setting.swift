#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension SocketOptions {
  /// Sets the options that this kind of socket has.
  ///
  /// - Returns: the first error, where the system refused one; the others are set nevertheless.
  @discardableResult
  func apply(to descriptor: Int32, isTCP: Bool) -> Int32? {
    var failure: Int32?
    func set(_ level: Int32, _ name: Int32, _ value: Int) {
      var value = Int32(clamping: value)
      let result = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
      if result < 0, failure == nil { failure = errno }
    }
    if let sendBuffer { set(SOL_SOCKET, SO_SNDBUF, sendBuffer) }
    if let receiveBuffer { set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
    guard isTCP else { return failure }
    let tcp = Int32(IPPROTO_TCP)
    if noDelay { set(tcp, TCP_NODELAY, 1) }
    if let keepAlive {
      set(SOL_SOCKET, SO_KEEPALIVE, 1)
      #if os(Linux)
        if let idle = keepAlive.idle { set(tcp, TCP_KEEPIDLE, idle.wholeSeconds) }
        if let interval = keepAlive.interval { set(tcp, TCP_KEEPINTVL, interval.wholeSeconds) }
        if let count = keepAlive.count { set(tcp, TCP_KEEPCNT, count) }
      #endif
    }
    #if os(Linux)
      if let userTimeout { set(tcp, TCP_USER_TIMEOUT, max(Int(userTimeout.wholeNanoseconds / 1_000_000), 1)) }
    #endif
    if let codePoint {
      if codePoint > 63 { return failure ?? EINVAL }
      let isIPv6 = SocketAddress.of(descriptor) { getsockname($0, $1, $2) }?.ipVersion == .v6
      let (level, name) = isIPv6 ? (IPPROTO_IPV6, IPV6_TCLASS) : (IPPROTO_IP, IP_TOS)
      // The two bits below it belong to the transport.
      set(Int32(level), name, Int(codePoint) << 2)
    }
    return failure
  }
}

extension Duration {
  /// Seconds, rounded up, at least one.
  fileprivate var wholeSeconds: Int { Int((max(wholeNanoseconds, 1) - 1) / 1_000_000_000 + 1) }
}
