#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where a stream socket listens or connects: an IPv4 or IPv6 address with a port, or a Unix socket's path or abstract name.
public struct SocketAddress: Equatable, Hashable, Sendable, CustomStringConvertible {
  enum Kind: Hashable, Sendable {
    case ipv4(UInt32, port: UInt16)
    case ipv6([UInt8], port: UInt16, scope: UInt32)
    case unix(String)
    case abstract(String)
  }

  let kind: Kind

  init(_ kind: Kind) { self.kind = kind }

  /// An address from its text: `127.0.0.1:80`, `[::1]:80`, `:80` (every IPv4 address of this machine), `unix:/path`,
  /// `unix:@name` (abstract). Names are not looked up. nil where the text is none of these.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      let isAbstract = path.hasPrefix("@")
      guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else { return nil }
      kind = isAbstract ? .abstract(String(path.dropFirst())) : .unix(path)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      var address = in6_addr()
      guard inet_pton(AF_INET6, host, &address) == 1 else { return nil }
      kind = .ipv6(withUnsafeBytes(of: address) { Array($0) }, port: port, scope: 0)
    } else {
      var address = in_addr()
      guard host.isEmpty || inet_pton(AF_INET, host, &address) == 1 else { return nil }
      kind = .ipv4(UInt32(bigEndian: address.s_addr), port: port)
    }
  }

  /// The loopback address 127.0.0.1 with a port; 0 lets the system choose one.
  public static func loopback(port: UInt16 = 0) -> SocketAddress { SocketAddress(.ipv4(0x7f00_0001, port: port)) }

  /// The path of a Unix socket; longer than 107 bytes is cut off by the system, and refused by `bind` and `connect`.
  public static func unix(path: String) -> SocketAddress { SocketAddress(.unix(path)) }

  /// The port; nil for Unix sockets.
  public var port: UInt16? {
    switch kind {
    case .ipv4(_, let port), .ipv6(_, let port, _): port
    case .unix, .abstract: nil
    }
  }

  /// Whether only this machine can reach it: loopback, or a Unix socket.
  public var isLoopback: Bool {
    switch kind {
    case .ipv4(let address, _): address >> 24 == 127
    case .ipv6(let bytes, _, _): bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    case .unix, .abstract: true
    }
  }

  /// The text that `init(_:)` reads.
  public var description: String {
    switch kind {
    case .ipv4(let address, let port):
      (0..<4).map { String(address >> (24 - 8 * UInt32($0)) & 255) }.joined(separator: ".") + ":\(port)"
    case .ipv6(let bytes, let port, _): "[\(Self.text(of: bytes))]:\(port)"
    case .unix(let path): "unix:\(path)"
    case .abstract(let name): "unix:@\(name)"
    }
  }

  private static func text(of bytes: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    _ = bytes.withUnsafeBytes { inet_ntop(AF_INET6, $0.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN)) }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension SocketAddress {
  var family: Int32 {
    switch kind {
    case .ipv4: AF_INET
    case .ipv6: AF_INET6
    case .unix, .abstract: AF_UNIX
    }
  }

  var isUnix: Bool { family == AF_UNIX }

  /// An address as the system gave it; nil for families that streams do not use.
  init?(_ storage: sockaddr_storage, length: socklen_t) {
    switch Int32(storage.ss_family) {
    case AF_INET:
      let address = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in.self) }
      kind = .ipv4(UInt32(bigEndian: address.sin_addr.s_addr), port: UInt16(bigEndian: address.sin_port))
    case AF_INET6:
      let address = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in6.self) }
      let bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
      kind = .ipv6(bytes, port: UInt16(bigEndian: address.sin6_port), scope: address.sin6_scope_id)
    case AF_UNIX:
      let path = withUnsafeBytes(of: storage) { Array($0.prefix(Int(length)).dropFirst(2)) }
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
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutableBytes(of: &storage) { bytes in
      switch kind {
      case .ipv4(let host, let port):
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        withUnsafeBytes(of: address) { bytes.copyMemory(from: $0) }
        length = socklen_t(MemoryLayout<sockaddr_in>.size)
      case .ipv6(let host, let port, let scope):
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_scope_id = scope
        withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: host.prefix(16)) }
        withUnsafeBytes(of: address) { bytes.copyMemory(from: $0) }
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      case .unix(let path): length = Self.copy(Array(path.utf8) + [0], to: bytes)
      case .abstract(let name): length = Self.copy([0] + Array(name.utf8), to: bytes)
      }
    }
    return withUnsafePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  private static func copy(_ path: [UInt8], to bytes: UnsafeMutableRawBufferPointer) -> socklen_t {
    bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
    let room = min(path.count, bytes.count - 2)
    UnsafeMutableRawBufferPointer(rebasing: bytes[2..<2 + room]).copyBytes(from: path.prefix(room))
    return socklen_t(2 + room)
  }

  /// The address that a socket is bound to, or connected to, as `ask` (`getsockname`, `getpeername`) tells it.
  static func of(
    _ descriptor: Int32, _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(descriptor, $0, &length) }
    }
    return result == 0 ? SocketAddress(storage, length: length) : nil
  }
}
