/// An extension of one's own in a certificate, for instance a critical one that no verifier knows.
public struct TestExtension: Sendable, Hashable {
  /// The object identifier, dotted (`1.3.6.1.4.1.55555.1`) or by OpenSSL's name (`tlsfeature`).
  public var objectIdentifier: String
  /// Whether a verifier that does not know it must refuse the certificate.
  public var isCritical: Bool
  /// The value: DER for extensions that someone reads, anything else for broken ones.
  public var value: [UInt8]

  /// An extension with its value.
  public init(objectIdentifier: String, isCritical: Bool = false, value: [UInt8]) {
    self.objectIdentifier = objectIdentifier
    self.isCritical = isCritical
    self.value = value
  }
}
