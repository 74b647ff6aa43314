#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension SocketAddress {
  /// An address from its text: `127.0.0.1:80`, `[::1]:80`, `[fe80::1%eth0]:80`, `:80` (every IPv4 address of this machine),
  /// `unix:/path`, `unix:@name` (abstract). nil where the text is none of these; `Endpoint` says why, and takes names too.
  /// libevent: `evutil_parse_sockaddr_port`.
  public init?(_ text: String) {
    guard let endpoint = try? Endpoint(text), case .address(let address) = endpoint else { return nil }
    self = address
  }

  /// The text that `init(_:)` reads. Control characters in the path of a Unix socket, which it does not take, are escaped; one
  /// that was not bound, as a client's, is `unix:(unnamed)`.
  public var description: String {
    switch kind {
    case .ipv4, .unix: "\(hostOrPath)" + suffix
    case .ipv6: "[\(hostOrPath)]" + suffix
    case .abstract: "unix:@\(hostOrPath)"
    }
  }

  private var suffix: String { port.map { ":\($0)" } ?? "" }

  private var hostOrPath: String {
    switch kind {
    case .ipv4(let host, _): (0..<4).map { String(host >> (24 - 8 * UInt32($0)) & 255) }.joined(separator: ".")
    case .ipv6(let host, _, let zone): host.text + (zone == 0 ? "" : "%" + Self.name(ofZone: zone))
    case .unix(""): "unix:(unnamed)"
    // Not to be taken for an abstract name.
    case .unix(let path): "unix:" + (path.hasPrefix("@") ? "./" : "") + Self.escaped(path)
    case .abstract(let name): Self.escaped(name)
    }
  }

  /// The address without its port and without brackets; nil for Unix sockets.
  public var host: String? { ipVersion == nil ? nil : hostOrPath }

  /// An address of numbers from its text, as it stands in brackets or alone: `127.0.0.1`, `::1`, `fe80::1%eth0`.
  static func numeric(_ host: Substring, port: UInt16) -> SocketAddress? {
    if let address = ipv4(host) { return SocketAddress(.ipv4(address, port: port)) }
    return ipv6(host, port: port)
  }

  static func ipv4(_ host: Substring) -> UInt32? {
    // The system's function sees a text that ends at its first zero.
    guard host.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || $0.isDigit }) else { return nil }
    var address = in_addr()
    guard inet_pton(AF_INET, String(host), &address) == 1 else { return nil }
    return UInt32(bigEndian: address.s_addr)
  }

  static func ipv6(_ text: Substring, port: UInt16) -> SocketAddress? {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard let host = parts.first, let address = IPv6(host) else { return nil }
    guard parts.count == 2 else { return SocketAddress(.ipv6(address, port: port, zone: 0)) }
    guard let zone = zone(named: parts[1]) else { return nil }
    return SocketAddress(.ipv6(address, port: port, zone: zone))
  }

  /// The number of an interface from its name, or from that number.
  static func zone(named name: Substring) -> UInt32? {
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 32 && $0 != 127 }) else { return nil }
    let index = if_nametoindex(String(name))
    if index != 0 { return index }
    guard name.utf8.allSatisfy(\.isDigit), let number = UInt32(name), number > 0 else { return nil }
    return number
  }

  private static func name(ofZone zone: UInt32) -> String {
    var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE) + 1)
    guard if_indextoname(zone, &name) != nil else { return String(zone) }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func escaped(_ path: String) -> String {
    guard path.utf8.contains(where: \.isControl) else { return path }
    return path.unicodeScalars.map { $0.value < 128 && UInt8($0.value).isControl ? $0.escaped(asASCII: true) : "\($0)" }
      .joined()
  }
}

extension SocketAddress.IPv6 {
  init?(_ text: Substring) {
    guard text.utf8.allSatisfy({ $0.isHexDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }) else {
      return nil
    }
    var address = in6_addr()
    guard inet_pton(AF_INET6, String(text), &address) == 1 else { return nil }
    self.init(address)
  }

  init(_ address: in6_addr) {
    (high, low) = withUnsafeBytes(of: address) {
      (
        UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  var system: in6_addr {
    var address = in6_addr()
    withUnsafeMutableBytes(of: &address) {
      $0.storeBytes(of: high.bigEndian, as: UInt64.self)
      $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return address
  }

  var text: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    _ = withUnsafeBytes(of: system) { inet_ntop(AF_INET6, $0.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN)) }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension UInt8 {
  var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }
  var isHexDigit: Bool { isDigit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= self | 0x20 }
  var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }
  var isControl: Bool { self < 32 || self == 127 }
}
