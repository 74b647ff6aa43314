/// How a listener listens.
public struct ListenerOptions: Equatable, Sendable {
  /// Connections that the kernel holds until they are taken; it cuts this to its own limit (`net.core.somaxconn`).
  public var backlog: Int32 = 1024
  /// Whether the address may be bound while connections of an earlier listener linger (`SO_REUSEADDR`). It says nothing about
  /// Unix sockets, whose path is taken over where nobody listens there any more.
  public var reuseAddress = true
  /// Whether several listeners may share the address (`SO_REUSEPORT`), one a loop; the kernel spreads connections. For Unix
  /// sockets, which cannot be shared, it is an error.
  public var reusePort = false
  /// Whether an IPv6 address takes IPv4 connections too. Off, so that `[::]` and `0.0.0.0` can be listened at side by side.
  public var acceptsIPv4 = false
  /// Whether a TCP connection is taken only when its first byte has come (`TCP_DEFER_ACCEPT`, on Linux). Not for protocols
  /// in which the server speaks first.
  public var waitsForData = false
  /// Who may connect to a Unix socket's path, as the permissions of its file, `0o600` for the owner alone; nil leaves them to
  /// the process's mask. They hold before the first connection can be made.
  public var unixPermissions: UInt32?
  /// Connections that are taken at an address in one round of the loop, so that a storm of them does not hold up the others; at
  /// least 1.
  public var acceptBudget = 64
  /// Connections of this listener that may be open at once; the others stay in the kernel's queue. One counts until its
  /// descriptor is given back, and so while it is closed and still sends. nil for no limit.
  public var maximumConnections: Int?
  /// What is set on each accepted socket.
  public var socket = SocketOptions()

  /// The defaults.
  public init() {}
}
