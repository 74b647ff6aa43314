/// What a user names to listen at or connect to: an address, or the name of a machine with a port.
///
/// Its text is `name:port`, `127.0.0.1:port`, `[::1]:port`, `[fe80::1%eth0]:port`, `:port`, `unix:/path` or `unix:@name`.
/// A `:port` alone is every IPv4 address of this machine; connecting to it reaches this machine.
public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// An address, which needs no look-up.
  case address(SocketAddress)
  /// A name that a resolver has to look up, and a port.
  case name(HostName, port: UInt16)

  /// An endpoint from its text. Nothing is looked up but the names of interfaces (`%eth0`). O(n).
  ///
  /// - Throws: `AddressError`, which says what is wrong in the text, and what is accepted.
  public init(_ text: String) throws(AddressError) {
    if text.isEmpty { throw AddressError(.empty, in: text) }
    if text.hasPrefix("unix:") {
      self = .address(try Self.unix(text))
      return
    }
    guard let colon = text.lastIndex(of: ":") else { throw AddressError(.noPort, in: text) }
    let host = text[..<colon]
    // In front of the port, which may be part of an address here.
    if host.contains(":"), !host.hasPrefix("[") { throw AddressError(.noBrackets, in: text) }
    if host.hasPrefix("["), !host.hasSuffix("]") {
      throw AddressError(text.hasSuffix("]") ? .noPort : .openBracket, in: text)
    }
    let port = try Self.port(text[text.index(after: colon)...], in: text)
    if host.hasPrefix("[") {
      self = .address(try Self.ipv6(host.dropFirst().dropLast(), port: port, in: text))
    } else if host.isEmpty {
      self = .address(SocketAddress(.ipv4(0, port: port)))
    } else if let address = SocketAddress.ipv4(host) {
      self = .address(SocketAddress(.ipv4(address, port: port)))
    } else {
      self = .name(try HostName(host, in: text), port: port)
    }
  }

  /// A host, which is a name or an address without brackets, and a port.
  ///
  /// - Throws: `AddressError` where the host is neither.
  public init(host: String, port: UInt16) throws(AddressError) {
    if host.isEmpty { throw AddressError(.empty, in: host) }
    if host.hasPrefix("[") { throw AddressError(.needlessBracket, in: host) }
    if let address = SocketAddress.ipv4(host[...]) {
      self = .address(SocketAddress(.ipv4(address, port: port)))
    } else if host.contains(":") {
      self = .address(try Self.ipv6(host[...], port: port, in: host))
    } else {
      self = .name(try HostName(host), port: port)
    }
  }

  /// The name or address without the port; nil for Unix sockets. This is what TLS checks a certificate against.
  public var host: String? {
    switch self {
    case .address(let address): address.host
    case .name(let name, _): name.description
    }
  }

  /// The port; nil for Unix sockets.
  public var port: UInt16? {
    switch self {
    case .address(let address): address.port
    case .name(_, let port): port
    }
  }

  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .address(let address): "\(address)"
    case .name(let name, let port): "\(name):\(port)"
    }
  }

  private static func port(_ digits: Substring, in text: String) throws(AddressError) -> UInt16 {
    if digits.isEmpty { throw AddressError(.noPort, in: text) }
    // No sign and no digit of another script, which Swift would take.
    guard digits.utf8.count <= 5, digits.utf8.allSatisfy(\.isDigit), let port = UInt16(digits) else {
      throw AddressError(.badPort(String(digits)), in: text)
    }
    return port
  }

  private static func ipv6(_ host: Substring, port: UInt16, in text: String) throws(AddressError) -> SocketAddress {
    if let address = SocketAddress.ipv6(host, port: port) { return address }
    let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, SocketAddress.IPv6(parts[0]) != nil {
      throw AddressError(.unknownZone(String(parts[1])), in: text)
    }
    throw AddressError(.notIPv6(String(host)), in: text)
  }

  private static func unix(_ text: String) throws(AddressError) -> SocketAddress {
    let path = text.dropFirst(5)
    if let byte = path.utf8.first(where: \.isControl) { throw AddressError(.badByte(byte), in: text) }
    let isAbstract = path.hasPrefix("@")
    let name = try SocketAddress.checked(String(path.dropFirst(isAbstract ? 1 : 0)), in: text)
    return SocketAddress(isAbstract ? .abstract(name) : .unix(name))
  }
}
