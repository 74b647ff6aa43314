/// Versions of the internet protocol. libevent: `AF_INET`, `AF_INET6`, `AF_UNSPEC`.
public struct IPVersions: OptionSet, Hashable, Sendable, CustomStringConvertible {
  /// The bits.
  public let rawValue: UInt8

  /// A set made of bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// IPv4.
  public static let v4 = IPVersions(rawValue: 1)
  /// IPv6.
  public static let v6 = IPVersions(rawValue: 2)
  /// Both of them.
  public static let both: IPVersions = [.v4, .v6]

  /// `IPv4`, `IPv6`, both or neither.
  public var description: String {
    switch self {
    case .both: "IPv4 and IPv6"
    case .v4: "IPv4"
    case .v6: "IPv6"
    default: "no version of IP"
    }
  }
}
