/// A private key, as a value.
///
/// Identities make their own; a test takes one by itself to reuse it, to write it encrypted, or to put it beside a
/// certificate that it does not belong to.
public struct TestKey: Sendable, Hashable {
  /// What kind of key it is.
  public let algorithm: Algorithm
  /// The key in PKCS #8, not encrypted, as DER.
  public let der: [UInt8]

  /// The key in PKCS #8, not encrypted, as PEM (`BEGIN PRIVATE KEY`).
  public var pem: String { PEM.encode(der, label: "PRIVATE KEY") }

  /// The kinds of keys.
  public enum Algorithm: Sendable, Hashable, CaseIterable {
    /// ECDSA on P-256: the usual one, made in a few microseconds.
    case p256
    /// ECDSA on P-384.
    case p384
    /// Ed25519.
    case ed25519
    /// RSA of 1024 bits: too weak; verifiers refuse it from security level 2 on.
    case rsa1024
    /// RSA of 2048 bits: made in some 100 ms.
    case rsa2048
    /// RSA of 3072 bits: made in some 300 ms.
    case rsa3072
  }

  /// Which key a certificate gets.
  public enum Choice: Sendable, Hashable {
    /// A new one of the kind.
    case new(Algorithm)
    /// The one that `TestKey.shared(_:)` keeps for the process: for the kinds that are slow to make.
    case shared(Algorithm)
    /// This one.
    case existing(TestKey)

    /// A new key for ECDSA on P-256.
    public static var p256: Self { .new(.p256) }
    /// A new key for ECDSA on P-384.
    public static var p384: Self { .new(.p384) }
    /// A new Ed25519 key.
    public static var ed25519: Self { .new(.ed25519) }
    /// The process's RSA key of 1024 bits, too weak for verifiers of today.
    public static var rsa1024: Self { .shared(.rsa1024) }
    /// The process's RSA key of 2048 bits.
    public static var rsa2048: Self { .shared(.rsa2048) }
    /// The process's RSA key of 3072 bits.
    public static var rsa3072: Self { .shared(.rsa3072) }

    /// The key that is meant, made or looked up.
    func resolve() throws(TestIdentityError) -> TestKey {
      switch self {
      case .new(let algorithm): try TestKey.generate(algorithm)
      case .shared(let algorithm): try TestKey.shared(algorithm)
      case .existing(let key): key
      }
    }
  }
}
