import Sluice

// Version 1: a line of text.
extension ProxyHeader {
  /// Reads a line without its end.
  init(line: String) throws(ProxyProtocolError) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    self = .unknown
    let family = words.count > 1 ? words[1] : ""
    // What may follow is to be ignored.
    if family == "UNKNOWN" { return }
    guard family == "TCP4" || family == "TCP6" else {
      throw .malformed("its protocol is \"\(family)\", and not TCP4, TCP6 or UNKNOWN")
    }
    guard words.count == 6 else {
      throw .malformed("it has \(words.count) words, and a line of \(family) has 6")
    }
    let isIPv6 = family == "TCP6"
    source = try Self.address(words[2], port: words[4], isIPv6: isIPv6)
    destination = try Self.address(words[3], port: words[5], isIPv6: isIPv6)
  }

  private static func address(
    _ host: Substring, port: Substring, isIPv6: Bool
  ) throws(ProxyProtocolError) -> SocketAddress {
    guard let number = number(port, most: 65_535) else { throw .malformed("\"\(port)\" is no port") }
    guard let address = isIPv6 ? ipv6(host, UInt16(number)) : ipv4(host, UInt16(number)) else {
      throw .malformed("\"\(host)\" is no \(isIPv6 ? "IPv6" : "IPv4") address")
    }
    return address
  }

  private static func ipv4(_ text: Substring, _ port: UInt16) -> SocketAddress? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { number($0, most: 255).map { UInt8($0) } }
    guard parts.count == 4, bytes.count == 4 else { return nil }
    return SocketAddress(ipBytes: bytes, port: port)
  }

  private static func ipv6(_ text: Substring, _ port: UInt16) -> SocketAddress? {
    guard text.utf8.allSatisfy({ "0123456789abcdefABCDEF:.".utf8.contains($0) }) else { return nil }
    return SocketAddress("[\(text)]:\(port)").flatMap { $0.ipBytes?.count == 16 ? $0 : nil }
  }

  /// A decimal number without signs, spaces or heading zeros.
  private static func number(_ text: Substring, most: Int) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard text == "0" || !text.hasPrefix("0"), let number = Int(text), number <= most else { return nil }
    return number
  }

  /// The line, with its end.
  func line() throws(ProxyHeaderError) -> [UInt8] {
    guard values.isEmpty else { throw .valuesNeedVersion2 }
    guard !isLocal, transport == .stream, let pair = try addresses(), let words = pair.words else {
      return Array("PROXY UNKNOWN\r\n".utf8)
    }
    return Array("PROXY \(words)\r\n".utf8)
  }

  /// The two addresses; nil, where one is not known.
  func addresses() throws(ProxyHeaderError) -> Addresses? {
    guard let source, let destination else { return nil }
    guard source.ipBytes?.count == destination.ipBytes?.count else {
      throw .differentFamilies(source: source, destination: destination)
    }
    return Addresses(source: source, destination: destination)
  }

  /// Two addresses of one family.
  struct Addresses {
    let source: SocketAddress
    let destination: SocketAddress

    fileprivate var words: String? {
      guard let from = source.ipBytes, let to = destination.ipBytes else { return nil }
      let ports = "\(source.port ?? 0) \(destination.port ?? 0)"
      return "TCP\(from.count == 4 ? 4 : 6) \(Self.text(from)) \(Self.text(to)) \(ports)"
    }

    private static func text(_ bytes: [UInt8]) -> String {
      if bytes.count == 4 { return bytes.map { "\($0)" }.joined(separator: ".") }
      return stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        .joined(separator: ":")
    }
  }
}
