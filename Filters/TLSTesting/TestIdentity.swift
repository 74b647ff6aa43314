/// A certificate with its private key, and what a peer needs to trust it: all in memory, as values.
///
/// ```swift
/// let identity = try TestIdentity.selfSigned(host: "example.test", addresses: ["127.0.0.1"])
/// let authority = try TestAuthority(name: "Test root")
/// let expired = try authority.issue(host: "example.test", validity: .expired)
/// ```
///
/// A server is given `chainPEM` and `privateKeyPEM`, its peer trusts `anchorPEM`. Nothing here knows how TLS is spoken;
/// the texts and bytes fit every library. The keys are for tests: they lie in memory as they are.
public struct TestIdentity: Sendable, Hashable {
  /// The certificate of the identity itself.
  public var certificate: TestCertificate
  /// The certificates between this one and the trust anchor, nearest first; the anchor is not among them.
  public var intermediates: [TestCertificate]
  /// The private key.
  public var key: TestKey
  /// What a peer has to trust: the root's certificate, or the identity's own when it is self-signed.
  public var anchor: TestCertificate

  /// An identity put together from parts, which need not fit: a wrong key, a chain in the wrong order.
  public init(
    certificate: TestCertificate, intermediates: [TestCertificate] = [], key: TestKey, anchor: TestCertificate
  ) {
    self.certificate = certificate
    self.intermediates = intermediates
    self.key = key
    self.anchor = anchor
  }

  /// The certificate alone as PEM.
  public var certificatePEM: String { certificate.pem }
  /// The certificate alone as DER.
  public var certificateDER: [UInt8] { certificate.der }
  /// The certificate and its intermediates as PEM, in the order in which TLS sends them.
  public var chainPEM: String { ([certificate] + intermediates).pem }
  /// The certificate and its intermediates as DER, in the order in which TLS sends them.
  public var chainDER: [[UInt8]] { ([certificate] + intermediates).map(\.der) }
  /// The private key in PKCS #8 as PEM, not encrypted; `key.encryptedPEM(passphrase:)` gives it encrypted.
  public var privateKeyPEM: String { key.pem }
  /// The private key in PKCS #8 as DER, not encrypted.
  public var privateKeyDER: [UInt8] { key.der }
  /// What a peer has to trust, as PEM.
  public var anchorPEM: String { anchor.pem }
  /// What a peer has to trust, as DER.
  public var anchorDER: [UInt8] { anchor.der }
}
