internal import COpenSSL

/// An authority that issues identities and further authorities: a root, or an intermediate below one.
///
/// ```swift
/// let root = try TestAuthority(name: "Root")
/// let issuing = try root.intermediate(name: "Issuing")
/// let server = try issuing.issue(host: "example.test")     // chainPEM: server, Issuing; anchorPEM: Root
/// ```
///
/// A value that never changes: it may be used from several threads at once, and nothing counts what it issued.
public struct TestAuthority: Sendable, Hashable {
  /// The authority's own certificate.
  public let certificate: TestCertificate
  /// The authority's private key.
  public let key: TestKey
  /// What identities issued here send beside their own certificate: this one and those above it, without the root.
  public let intermediates: [TestCertificate]
  /// What peers have to trust: the root's certificate.
  public let anchor: TestCertificate

  /// What peers have to trust, as PEM.
  public var anchorPEM: String { anchor.pem }
  /// What peers have to trust, as DER.
  public var anchorDER: [UInt8] { anchor.der }

  /// A root authority of the given name.
  ///
  /// Two roots of one name have different keys: the second is an impostor of the first.
  public init(
    name: String = "Test root", key: TestKey.Choice = .p256, validity: TestValidity = .authorityDefault
  ) throws(TestIdentityError) {
    try self.init(.authority(name: name, key: key, validity: validity))
  }

  /// The root that a blueprint describes, also one that may not issue.
  public init(_ blueprint: TestBlueprint) throws(TestIdentityError) {
    self.init(root: try TestIdentity.selfSigned(blueprint))
  }

  /// Makes an authority of any self-signed identity, whether or not it may issue.
  public init(root: TestIdentity) {
    certificate = root.certificate
    key = root.key
    intermediates = []
    anchor = root.certificate
  }

  /// Makes an authority of any issued identity, whether or not it may issue: a server that plays authority, for instance.
  public init(issued: TestIdentity) {
    certificate = issued.certificate
    key = issued.key
    intermediates = [issued.certificate] + issued.intermediates
    anchor = issued.anchor
  }

  /// Parses certificate and key and gives them to `body`, then frees them.
  func withIssuer<Value>(
    _ body: (Issuing.Issuer) throws(TestIdentityError) -> Value
  ) throws(TestIdentityError) -> Value {
    try Library.session { () throws(TestIdentityError) in
      let certificate = try Library.certificate(certificate.der)
      defer { X509_free(certificate) }
      let key = try Library.privateKey(key.der)
      defer { EVP_PKEY_free(key) }
      return try body(Issuing.Issuer(certificate: certificate, key: key))
    }
  }
}
