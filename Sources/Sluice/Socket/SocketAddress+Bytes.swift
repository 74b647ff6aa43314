extension SocketAddress {
  /// An IPv4 address from its 4 bytes, or an IPv6 address from its 16, in the order of the network, with a port. nil where there
  /// are fewer or more.
  public init?(ipBytes bytes: [UInt8], port: UInt16) {
    func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    switch bytes.count {
    case 4: self.init(.ipv4(UInt32(truncatingIfNeeded: number(bytes[...])), port: port))
    case 16: self.init(.ipv6(IPv6(high: number(bytes[..<8]), low: number(bytes[8...])), port: port, zone: 0))
    default: return nil
    }
  }

  /// The 4 bytes of an IPv4 address, or the 16 of an IPv6 address, in the order of the network; nil for Unix sockets.
  public var ipBytes: [UInt8]? {
    func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
    switch kind {
    case .ipv4(let host, _): return bytes(host)
    case .ipv6(let host, _, _): return bytes(host.high) + bytes(host.low)
    case .unix, .abstract: return nil
    }
  }
}
