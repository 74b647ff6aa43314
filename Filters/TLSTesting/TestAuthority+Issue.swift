internal import COpenSSL

extension TestAuthority {
  /// Issues an identity; the parameters are those of `TestIdentity.selfSigned`.
  public func issue(
    host: String? = "example.test", addresses: [String] = [], key: TestKey.Choice = .p256,
    validity: TestValidity = .days(2), usage: TestUsage = .both
  ) throws(TestIdentityError) -> TestIdentity {
    try issue(TestBlueprint(host: host, addresses: addresses, key: key, validity: validity, usage: usage))
  }

  /// Issues the identity that the blueprint describes.
  public func issue(_ blueprint: TestBlueprint) throws(TestIdentityError) -> TestIdentity {
    try withIssuer { issuer throws(TestIdentityError) in
      let key = try blueprint.key.resolve()
      let parsed = try Library.privateKey(key.der)
      defer { EVP_PKEY_free(parsed) }
      let certificate = TestCertificate(der: try Issuing.certificate(blueprint, key: parsed, issuer: issuer))
      return TestIdentity(certificate: certificate, intermediates: intermediates, key: key, anchor: anchor)
    }
  }

  /// Issues an intermediate authority, which issues further.
  ///
  /// - Parameters:
  ///   - name: Its common name.
  ///   - pathLength: How many authorities may follow below it at most; `nil` for any number.
  ///   - key: Its key.
  ///   - validity: From when until when.
  /// - Returns: The intermediate, which knows the chain up to the root.
  /// - Throws: `invalidValidity`, or what the library refused.
  public func intermediate(
    name: String = "Test intermediate", pathLength: UInt32? = nil, key: TestKey.Choice = .p256,
    validity: TestValidity = .authorityDefault
  ) throws(TestIdentityError) -> TestAuthority {
    try intermediate(.authority(name: name, pathLength: pathLength, key: key, validity: validity))
  }

  /// Issues the intermediate that the blueprint describes, also one that may not issue.
  public func intermediate(_ blueprint: TestBlueprint) throws(TestIdentityError) -> TestAuthority {
    TestAuthority(issued: try issue(blueprint))
  }

  /// The lowest authority of a chain of so many intermediates below this one: 0 gives this one, 100 is the most.
  public func intermediates(count: Int) throws(TestIdentityError) -> TestAuthority {
    guard 0...100 ~= count else { throw .invalidCount(count) }
    var lowest = self
    for depth in 0..<count { lowest = try lowest.intermediate(name: "Test intermediate \(depth + 1)") }
    return lowest
  }
}
