/// The hash of a signature. Ed25519 keys have their own and ignore it.
public enum TestDigest: Sendable, Hashable, CaseIterable {
  /// MD5: broken; verifiers refuse it.
  case md5
  /// SHA-1: weak; OpenSSL refuses it from security level 1 on (80 bits).
  case sha1
  /// SHA-256: the usual one.
  case sha256
  /// SHA-384.
  case sha384
  /// SHA-512.
  case sha512
}
