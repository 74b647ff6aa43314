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
  /// What is known beyond that, or what to do; nil where the operation and the code say it.
  public let advice: String?

  /// An error of a call.
  public init(_ operation: Operation, code: Int32, peer: String, advice: String? = nil) {
    self.operation = operation
    self.code = code
    self.peer = peer
    self.advice = advice
  }

  /// What failed, with which address, why, and what to do where that is known.
  public var description: String {
    guard let known = advice ?? usualAdvice else { return "\(operation.rawValue) \(peer): \(reason)" }
    return "\(operation.rawValue) \(peer): \(reason); \(known)"
  }

  var reason: String { String(cString: strerror(code)) }

  /// What to do, where the operation and the code say it.
  var usualAdvice: String? {
    switch (operation, code) {
    case (.bind, EADDRINUSE), (.listen, EADDRINUSE): "stop what listens there, or choose another port"
    case (.bind, EACCES): "ports below 1024 need root or CAP_NET_BIND_SERVICE"
    case (.bind, EADDRNOTAVAIL): "no interface of this machine has the address"
    case (.connect, ECONNREFUSED): "nothing listens there"
    case (.configure, EBADF): "it is not open, or not in that direction"
    case (_, EMFILE), (_, ENFILE): "raise the limit of open descriptors (ulimit -n)"
    default: nil
    }
  }
}
