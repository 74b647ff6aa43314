/// A certificate, as a value.
public struct TestCertificate: Sendable, Hashable {
  /// The certificate as DER.
  public let der: [UInt8]

  /// A certificate from bytes, which are not looked at: broken ones are wanted too.
  public init(der: [UInt8]) { self.der = der }

  /// The certificate as PEM (`BEGIN CERTIFICATE`).
  public var pem: String { PEM.encode(der, label: "CERTIFICATE") }

  /// The same certificate with the last bit of its signature turned: well-formed, but signed by nobody.
  public var withBrokenSignature: Self {
    var bytes = der
    if let last = bytes.indices.last { bytes[last] ^= 1 }
    return Self(der: bytes)
  }

  /// The same certificate without its last bytes, as a cut-off file has it. Takes all when there are fewer.
  public func truncated(by count: Int) -> Self { Self(der: der.dropLast(max(0, count))) }
}

extension [TestCertificate] {
  /// All certificates as PEM, one after another, as a chain file has them.
  public var pem: String { map(\.pem).joined() }
}
