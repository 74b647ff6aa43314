#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What is set on a socket before its first byte.
public struct SocketOptions: Equatable, Sendable {
  /// Small writes leave at once (`TCP_NODELAY`). On, unless it is switched off: what a loop round writes is gathered anyway.
  public var noDelay = true
  /// Whether the system probes an idle connection, and after how many seconds; nil for not.
  public var keepAlive: Int?
  /// Bytes of the kernel's send buffer; nil leaves it to the system.
  public var sendBuffer: Int?
  /// Bytes of the kernel's receive buffer; nil leaves it to the system.
  public var receiveBuffer: Int?

  /// The defaults.
  public init() {}

  /// Sets the options. Those that a kind of socket does not have are passed over.
  func apply(to descriptor: Int32, isTCP: Bool) {
    func set(_ level: Int32, _ name: Int32, _ value: Int) {
      var value = Int32(clamping: value)
      setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    if isTCP, noDelay { set(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
    if isTCP, let keepAlive {
      set(SOL_SOCKET, SO_KEEPALIVE, 1)
      #if os(Linux)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, max(keepAlive, 1))
      #endif
    }
    if let sendBuffer { set(SOL_SOCKET, SO_SNDBUF, sendBuffer) }
    if let receiveBuffer { set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
  }
}
