#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A system call on a socket that failed.
public struct SocketError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was being done.
  public enum Operation: String, Sendable {
    /// Making a socket.
    case create
    /// Giving a socket its address.
    case bind
    /// Waiting for connections.
    case listen
    /// Taking a connection.
    case accept
    /// Making a connection.
    case connect
    /// Reading from the other end.
    case read
    /// Writing to the other end.
    case write
    /// Setting an option, or asking for the address.
    case configure
  }

  /// What was being done.
  public let operation: Operation
  /// The system's `errno`.
  public let code: Int32
  /// The address that it was done with.
  public let peer: String

  /// An error of a call.
  public init(_ operation: Operation, code: Int32, peer: String) {
    self.operation = operation
    self.code = code
    self.peer = peer
  }

  /// What failed, with which address, why, and what to do where that is known.
  public var description: String {
    "\(operation.rawValue) \(peer): \(reason)\(advice)"
  }

  var reason: String { String(cString: strerror(code)) }

  /// What to do, where that is known, behind a semicolon.
  var advice: String {
    switch (operation, code) {
    case (.bind, EADDRINUSE), (.listen, EADDRINUSE): "; stop what listens there, or choose another port"
    case (.bind, EACCES): "; ports below 1024 need root or CAP_NET_BIND_SERVICE"
    case (.bind, EADDRNOTAVAIL): "; no interface of this machine has the address"
    case (.connect, ECONNREFUSED): "; nothing listens there"
    case (.configure, EBADF): "; it is not open, or not in that direction"
    case (_, EMFILE), (_, ENFILE): "; raise the limit of open descriptors (ulimit -n)"
    default: ""
    }
  }
}
