internal import COpenSSL

extension TestIdentity {
  /// Makes an identity that signs itself: a peer trusts it by its own certificate.
  ///
  /// - Parameters:
  ///   - host: The host it holds for, also a wildcard; `nil` for none.
  ///   - addresses: The IP addresses it holds for.
  ///   - key: The key; a new P-256 one is made within microseconds.
  ///   - validity: From when until when.
  ///   - usage: Server, client, both, or another.
  /// - Returns: The identity; its anchor is its own certificate.
  /// - Throws: `invalidAddress`, `invalidValidity`, or what the library refused.
  public static func selfSigned(
    host: String? = "example.test", addresses: [String] = [], key: TestKey.Choice = .p256,
    validity: TestValidity = .days(2), usage: TestUsage = .both
  ) throws(TestIdentityError) -> TestIdentity {
    try selfSigned(TestBlueprint(host: host, addresses: addresses, key: key, validity: validity, usage: usage))
  }

  /// Makes the identity that the blueprint describes, signed by itself.
  public static func selfSigned(_ blueprint: TestBlueprint) throws(TestIdentityError) -> TestIdentity {
    try Library.session { () throws(TestIdentityError) in
      let key = try blueprint.key.resolve()
      let parsed = try Library.privateKey(key.der)
      defer { EVP_PKEY_free(parsed) }
      let certificate = TestCertificate(der: try Issuing.certificate(blueprint, key: parsed, issuer: nil))
      return TestIdentity(certificate: certificate, key: key, anchor: certificate)
    }
  }
}
