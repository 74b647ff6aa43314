/// A list of revoked certificates (CRL), as a value.
public struct TestRevocationList: Sendable, Hashable {
  /// The list as DER.
  public let der: [UInt8]

  /// A list from bytes, which are not looked at.
  public init(der: [UInt8]) { self.der = der }

  /// The list as PEM (`BEGIN X509 CRL`).
  public var pem: String { PEM.encode(der, label: "X509 CRL") }
}
