/// What is set on a socket before its first byte.
///
/// Kinds of sockets that do not have an option pass it over: Unix sockets take the sizes of the buffers alone, pipes and files
/// nothing. Where the system refuses one that was asked for, a connection that is being made fails with the error; one that was
/// accepted or adopted goes on without it.
public struct SocketOptions: Equatable, Sendable {
  /// When the system probes a connection that is idle, and when it gives it up. Whole seconds, at least one; nil leaves a value
  /// to the system. libevent: none but 300 seconds on what a listener takes.
  public struct KeepAlive: Equatable, Sendable {
    /// How long a connection is idle before the first probe (`TCP_KEEPIDLE`).
    public var idle: Duration?
    /// The time between two probes (`TCP_KEEPINTVL`).
    public var interval: Duration?
    /// How many probes go unanswered before the connection is given up (`TCP_KEEPCNT`).
    public var count: Int?

    /// The values; what is left out is the system's choice.
    public init(idle: Duration? = nil, interval: Duration? = nil, count: Int? = nil) {
      self.idle = idle
      self.interval = interval
      self.count = count
    }
  }

  /// Small writes leave at once (`TCP_NODELAY`). On, unless it is switched off: what a loop round writes is gathered anyway.
  public var noDelay = true
  /// Whether, and when, the system probes an idle connection (`SO_KEEPALIVE`); nil for not.
  public var keepAlive: KeepAlive?
  /// Bytes of the kernel's send buffer (`SO_SNDBUF`), which Linux doubles, and cuts to `net.core.wmem_max`; nil leaves it to
  /// the system, which lets it grow as needed.
  public var sendBuffer: Int?
  /// Bytes of the kernel's receive buffer (`SO_RCVBUF`), as `sendBuffer`.
  public var receiveBuffer: Int?
  /// How long sent bytes may go unacknowledged before the connection is given up (`TCP_USER_TIMEOUT`, Linux only); nil leaves
  /// it to the system, which takes a quarter of an hour.
  public var userTimeout: Duration?
  /// The differentiated services code point of what is sent, 0 to 63 (RFC 2474; `IP_TOS`, `IPV6_TCLASS`); nil leaves it.
  public var codePoint: UInt8?

  /// The defaults.
  public init() {}
}
