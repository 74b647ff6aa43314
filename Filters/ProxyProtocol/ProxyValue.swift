/// One of the values behind the addresses of a version 2 header: a kind, and up to 65,535 bytes.
public struct ProxyValue: Equatable, Sendable {
  /// What a value is. Kinds that have no name here are kept as they came.
  public struct Kind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public let rawValue: UInt8

    /// A kind by its number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The application protocol that the client agreed on with the proxy.
    public static let alpn = Kind(rawValue: 0x01)
    /// The host name that the client asked for.
    public static let authority = Kind(rawValue: 0x02)
    /// The CRC-32C of the header. Checked where it is read and made where it is written, and not among the values.
    public static let checksum = Kind(rawValue: 0x03)
    /// Nothing: room to align what follows. Not among the values.
    public static let padding = Kind(rawValue: 0x04)
    /// What names the connection over several proxies, of up to 128 bytes.
    public static let uniqueID = Kind(rawValue: 0x05)
    /// What TLS agreed on between client and proxy, as `ProxyTLSInfo` tells.
    public static let tls = Kind(rawValue: 0x20)
    /// The name of the network namespace.
    public static let namespace = Kind(rawValue: 0x30)

    /// The name of a known kind, and the number of others.
    public var description: String {
      switch self {
      case .alpn: "ALPN"
      case .authority: "authority"
      case .checksum: "checksum"
      case .padding: "padding"
      case .uniqueID: "unique ID"
      case .tls: "TLS"
      case .namespace: "namespace"
      default: "0x" + (rawValue < 16 ? "0" : "") + String(rawValue, radix: 16)
      }
    }
  }

  /// What the value is.
  public let kind: Kind
  /// Its bytes.
  public let bytes: [UInt8]

  /// A value of a kind.
  public init(_ kind: Kind, _ bytes: [UInt8]) { (self.kind, self.bytes) = (kind, bytes) }

  /// A value of a kind with the UTF-8 of a text.
  public init(_ kind: Kind, _ text: String) { self.init(kind, Array(text.utf8)) }

  /// The bytes as text; ill-formed UTF-8 is repaired.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension ProxyHeader {
  /// The bytes of the first value of a kind; nil, where there is none.
  public func value(_ kind: ProxyValue.Kind) -> [UInt8]? { values.first { $0.kind == kind }?.bytes }

  /// The first value of a kind as text; ill-formed UTF-8 is repaired.
  public func text(_ kind: ProxyValue.Kind) -> String? { values.first { $0.kind == kind }?.text }

  /// What TLS agreed on between client and proxy; nil, where the header does not say.
  public var tls: ProxyTLSInfo? { value(.tls).flatMap { try? ProxyTLSInfo(bytes: $0) } }
}
