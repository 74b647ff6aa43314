#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension SocketAddress {
  /// An IPv4 address from its 4 bytes, or an IPv6 address from its 16, in the order of the network, with a port. nil where there
  /// are fewer or more.
  public init?(ipBytes bytes: [UInt8], port: UInt16) {
    switch bytes.count {
    case 4: self.init(bytes.map { "\($0)" }.joined(separator: ".") + ":\(port)")
    case 16:
      let groups = stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
      self.init("[" + groups.joined(separator: ":") + "]:\(port)")
    default: return nil
    }
  }

  /// The 4 bytes of an IPv4 address, or the 16 of an IPv6 address, in the order of the network; nil for Unix sockets.
  public var ipBytes: [UInt8]? {
    withSystemAddress { address, _ in
      let address = UnsafeRawPointer(address)
      switch family {
      case AF_INET: return withUnsafeBytes(of: address.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
      case AF_INET6: return withUnsafeBytes(of: address.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
      default: return nil
      }
    }
  }
}
