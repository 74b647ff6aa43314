#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension SocketAddress {
  var family: Int32 {
    switch kind {
    case .ipv4: AF_INET
    case .ipv6: AF_INET6
    case .unix, .abstract: AF_UNIX
    }
  }

  /// Whether it is that of a Unix socket, by path or by name.
  public var isUnix: Bool { family == AF_UNIX }

  /// An address as the system gave it; nil for families that streams do not use.
  init?(_ storage: sockaddr_storage, length: socklen_t) {
    switch Int32(storage.ss_family) {
    case AF_INET:
      guard length >= MemoryLayout<sockaddr_in>.size else { return nil }
      let address = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in.self) }
      kind = .ipv4(UInt32(bigEndian: address.sin_addr.s_addr), port: UInt16(bigEndian: address.sin_port))
    case AF_INET6:
      guard length >= MemoryLayout<sockaddr_in6>.size else { return nil }
      let address = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in6.self) }
      kind = .ipv6(IPv6(address.sin6_addr), port: UInt16(bigEndian: address.sin6_port), zone: address.sin6_scope_id)
    case AF_UNIX:
      let path = withUnsafeBytes(of: storage) { Array($0.prefix(Int(length)).dropFirst(Self.pathOffset)) }
      if path.first == 0, path.count > 1 {
        kind = .abstract(String(decoding: path.dropFirst(), as: UTF8.self))
      } else {
        kind = .unix(String(decoding: path.prefix { $0 != 0 }, as: UTF8.self))
      }
    default: return nil
    }
  }

  /// Calls `body` with the address in the system's form.
  func withSystemAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var storage = sockaddr_storage()
    var length: socklen_t = 0
    withUnsafeMutableBytes(of: &storage) { bytes in
      switch kind {
      case .ipv4(let host, let port):
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        length = Self.copy(address, to: bytes)
      case .ipv6(let host, let port, let zone):
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_scope_id = zone
        address.sin6_addr = host.system
        length = Self.copy(address, to: bytes)
      case .unix(let path): length = Self.copyPath(Array(path.utf8) + [0], to: bytes)
      case .abstract(let name): length = Self.copyPath([0] + Array(name.utf8), to: bytes)
      }
    }
    return withUnsafePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  private static func copy<Address>(_ address: Address, to bytes: UnsafeMutableRawBufferPointer) -> socklen_t {
    withUnsafeBytes(of: address) { bytes.copyMemory(from: $0) }
    return socklen_t(MemoryLayout<Address>.size)
  }

  private static func copyPath(_ path: [UInt8], to bytes: UnsafeMutableRawBufferPointer) -> socklen_t {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeBytes(of: address) { bytes.copyMemory(from: $0) }
    let end = min(pathOffset + path.count, bytes.count)
    UnsafeMutableRawBufferPointer(rebasing: bytes[pathOffset..<end]).copyBytes(from: path.prefix(end - pathOffset))
    return socklen_t(end)
  }

  /// The address that a socket is bound to, or connected to, as `ask` (`getsockname`, `getpeername`, `accept`) tells it: that of an
  /// IPv4 connection to an IPv6 socket as what it is.
  static func of(
    _ descriptor: Int32, _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(descriptor, $0, &length) }
    }
    guard result == 0, let address = SocketAddress(storage, length: length) else { return nil }
    guard case .ipv6(let host, let port, _) = address.kind, let mapped = host.mapped else { return address }
    return SocketAddress(.ipv4(mapped, port: port))
  }
}
