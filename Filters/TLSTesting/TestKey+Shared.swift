extension TestKey {
  /// The key of a kind that is made once, on first use, and then kept for the process.
  ///
  /// Callers on several threads get the same key; the later ones wait while it is made.
  public static func shared(_ algorithm: Algorithm) throws(TestIdentityError) -> TestKey {
    let result =
      switch algorithm {
      case .p256: p256
      case .p384: p384
      case .ed25519: ed25519
      case .rsa1024: rsa1024
      case .rsa2048: rsa2048
      case .rsa3072: rsa3072
      }
    return try result.get()
  }

  // One lazily made global for each kind: the language makes each once, without a lock of ours.
  private static let p256 = result(.p256)
  private static let p384 = result(.p384)
  private static let ed25519 = result(.ed25519)
  private static let rsa1024 = result(.rsa1024)
  private static let rsa2048 = result(.rsa2048)
  private static let rsa3072 = result(.rsa3072)

  private static func result(_ algorithm: Algorithm) -> Result<TestKey, TestIdentityError> {
    Result { () throws(TestIdentityError) in try generate(algorithm) }
  }
}
