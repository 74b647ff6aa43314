#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where a stream socket listens or connects: an IPv4 or IPv6 address with a port, or a Unix socket's path or abstract name.
///
/// What people write, with names in it, is an `Endpoint`.
public struct SocketAddress: Equatable, Hashable, Sendable, CustomStringConvertible {
  enum Kind: Hashable, Sendable {
    case ipv4(UInt32, port: UInt16)
    case ipv6(IPv6, port: UInt16, zone: UInt32)
    case unix(String)
    case abstract(String)
  }

  /// The 16 bytes of an IPv6 address, as two numbers.
  struct IPv6: Hashable, Sendable {
    var high: UInt64
    var low: UInt64

    /// The IPv4 address that is written as this one (RFC 4291, 2.5.5.2); nil for those of IPv6.
    var mapped: UInt32? {
      high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
    }
  }

  let kind: Kind

  init(_ kind: Kind) { self.kind = kind }

  /// The loopback address 127.0.0.1 with a port; 0 lets the system choose one.
  public static func loopback(port: UInt16 = 0) -> SocketAddress { SocketAddress(.ipv4(0x7f00_0001, port: port)) }

  /// The loopback address ::1 with a port; 0 lets the system choose one.
  public static func loopbackIPv6(port: UInt16 = 0) -> SocketAddress {
    SocketAddress(.ipv6(IPv6(high: 0, low: 1), port: port, zone: 0))
  }

  /// The path of a Unix socket.
  ///
  /// - Throws: `AddressError` where the path is empty, has a zero in it, or is longer than the system's addresses hold (107
  ///   bytes on Linux): the system would cut it off.
  public static func unix(path: String) throws(AddressError) -> SocketAddress {
    SocketAddress(.unix(try checked(path, in: path)))
  }

  /// The abstract name of a Unix socket, which Linux keeps apart from the file system.
  ///
  /// - Throws: `AddressError` as `unix(path:)`.
  public static func unix(abstract name: String) throws(AddressError) -> SocketAddress {
    SocketAddress(.abstract(try checked(name, in: name)))
  }

  /// A path or name that fits into an address, as part of `text`.
  static func checked(_ path: String, in text: String) throws(AddressError) -> String {
    let count = path.utf8.count
    if count == 0 { throw AddressError(.emptyPath, in: text) }
    if count > longestPath { throw AddressError(.longPath(bytes: count, most: longestPath), in: text) }
    if path.utf8.contains(0) { throw AddressError(.badByte(0), in: text) }
    return path
  }

  /// The bytes that a path may have, in front of the zero that ends it, and an abstract name behind the one that begins it.
  static let longestPath = MemoryLayout<sockaddr_un>.size - pathOffset - 1
  static let pathOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2

  /// The port; nil for Unix sockets.
  public var port: UInt16? {
    switch kind {
    case .ipv4(_, let port), .ipv6(_, let port, _): port
    case .unix, .abstract: nil
    }
  }

  /// The same address with another port; a Unix socket's as it is.
  public func withPort(_ port: UInt16) -> SocketAddress {
    switch kind {
    case .ipv4(let host, _): SocketAddress(.ipv4(host, port: port))
    case .ipv6(let host, _, let zone): SocketAddress(.ipv6(host, port: port, zone: zone))
    case .unix, .abstract: self
    }
  }

  /// Which version of IP it belongs to; nil for Unix sockets.
  public var ipVersion: IPVersions? {
    switch kind {
    case .ipv4: .v4
    case .ipv6: .v6
    case .unix, .abstract: nil
    }
  }

  /// Whether only this machine can reach it: loopback, or a Unix socket.
  public var isLoopback: Bool {
    switch kind {
    case .ipv4(let host, _): host >> 24 == 127
    case .ipv6(let host, _, _): host.high == 0 && (host.low == 1 || host.low >> 24 == 0xffff_7f)
    case .unix, .abstract: true
    }
  }
}
