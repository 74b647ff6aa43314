/// What TLS agreed on between client and proxy, as the value `.tls` tells.
public struct ProxyTLSInfo: Equatable, Sendable {
  /// Whether the client used TLS.
  public var isUsed: Bool
  /// Whether the client gave a certificate on this connection.
  public var hasCertificate: Bool
  /// Whether the client gave one on this connection, or an earlier one of its session.
  public var hasCertificateInSession: Bool
  /// Whether that certificate was given, and found good.
  public var isVerified: Bool
  /// The version, such as `TLSv1.3`.
  public var version: String?
  /// The common name of the client's certificate.
  public var commonName: String?
  /// The cipher.
  public var cipher: String?
  /// All of the values within, the named ones among them, in the order of the wire.
  public var values: [ProxyValue]

  static let version = ProxyValue.Kind(rawValue: 0x21)
  static let commonName = ProxyValue.Kind(rawValue: 0x22)
  static let cipher = ProxyValue.Kind(rawValue: 0x23)

  /// Reads the bytes of the value.
  ///
  /// - Throws: `ProxyProtocolError`, where they are too few, or the values within do not fill them.
  public init(bytes: [UInt8]) throws(ProxyProtocolError) {
    guard bytes.count >= 5 else { throw .malformed("the value TLS has \(bytes.count) bytes, and needs 5") }
    values = try ProxyValue.all(in: bytes[5...])
    isUsed = bytes[0] & 1 != 0
    hasCertificate = bytes[0] & 2 != 0
    hasCertificateInSession = bytes[0] & 4 != 0
    isVerified = bytes[0] & 6 != 0 && bytes[1...4].allSatisfy { $0 == 0 }
    let values = values
    let text = { (kind: ProxyValue.Kind) in values.first { $0.kind == kind }?.text }
    (version, commonName, cipher) = (text(Self.version), text(Self.commonName), text(Self.cipher))
  }

  /// What a proxy tells of a client. Where there was no certificate, nothing was verified.
  public init(version: String, cipher: String? = nil, commonName: String? = nil, isVerified: Bool = false) {
    (self.version, self.cipher, self.commonName) = (version, cipher, commonName)
    isUsed = true
    hasCertificate = commonName != nil || isVerified
    hasCertificateInSession = hasCertificate
    self.isVerified = isVerified
    let named: [(ProxyValue.Kind, String?)] = [
      (Self.version, version), (Self.commonName, commonName), (Self.cipher, cipher),
    ]
    values = named.compactMap { kind, text in text.map { ProxyValue(kind, $0) } }
  }

  /// This as a value of a header.
  public var value: ProxyValue {
    let flags: UInt8 = (isUsed ? 1 : 0) | (hasCertificate ? 2 : 0) | (hasCertificateInSession ? 4 : 0)
    let inner = values.flatMap(\.encoded)
    return ProxyValue(.tls, [flags, 0, 0, 0, isVerified ? 0 : 1] + inner)
  }
}
