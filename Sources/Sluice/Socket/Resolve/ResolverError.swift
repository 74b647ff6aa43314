#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a name has no addresses. libevent: `bufferevent_socket_get_dns_error`.
public enum ResolverError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nobody knows the name (`EAI_NONAME`).
  case noSuchName
  /// The name is known, and has no address of the kinds that were asked for (`EAI_NODATA`).
  case noAddress
  /// No server answered, or none could be asked; it may be over soon (`EAI_AGAIN`).
  case unavailable
  /// The servers answered with a failure that is there to stay (`EAI_FAIL`).
  case refused
  /// More look-ups wait than the resolver takes.
  case busy(waiting: Int)
  /// The system failed; `code` is its `errno`.
  case system(code: Int32)
  /// Something else; `code` is that of `getaddrinfo`.
  case other(code: Int32)

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .noSuchName: "no such name; check how it is spelled"
    case .noAddress: "the name has no address of a kind that was asked for"
    case .unavailable: "no name server answered; try again, or check the network and /etc/resolv.conf"
    case .refused: "the name servers failed; ask whoever runs them, or check /etc/resolv.conf"
    case .busy(let waiting):
      "\(waiting) look-ups wait already; connect to fewer names at once, or check the name servers"
    case .system(let code): "\(String(cString: strerror(code)))"
    case .other(let code): "\(String(cString: gai_strerror(code)))"
    }
  }

  /// The error that a code of `getaddrinfo` stands for; `errno` is what the system said.
  init(code: Int32, errno: Int32) {
    switch code {
    case EAI_NONAME: self = .noSuchName
    case Self.noData, Self.noFamily: self = .noAddress
    case EAI_AGAIN: self = .unavailable
    case EAI_FAIL: self = .refused
    case EAI_MEMORY: self = .system(code: ENOMEM)
    case EAI_SYSTEM: self = .system(code: errno)
    default: self = .other(code: code)
    }
  }

  #if os(Linux)
    // Where the headers hide them.
    static let noData: Int32 = -5
    static let noFamily: Int32 = -9
  #else
    static let noData = EAI_NODATA
    static let noFamily = EAI_ADDRFAMILY
  #endif
}
