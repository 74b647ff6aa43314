internal import COpenSSL

extension TestAuthority {
  /// Signs a list of revoked certificates.
  ///
  /// - Parameters:
  ///   - certificates: Those that are revoked, by their serial numbers; any authority may have issued them.
  ///   - number: The list's number; later lists have higher ones.
  ///   - validity: When the list was made and when the next one is due.
  /// - Returns: The signed list.
  /// - Throws: `malformed` for a certificate that cannot be read, `invalidValidity`, or what the library refused.
  public func revocationList(
    revoking certificates: [TestCertificate] = [], number: UInt32 = 1, validity: TestValidity = .days(2)
  ) throws(TestIdentityError) -> TestRevocationList {
    try withIssuer { issuer throws(TestIdentityError) in
      let list = try Library.made("X509_CRL_new", X509_CRL_new())
      defer { X509_CRL_free(list) }
      try Library.check("X509_CRL_set_version", X509_CRL_set_version(list, Int(X509_CRL_VERSION_2)))
      try Library.check(
        "X509_CRL_set_issuer_name", X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer.certificate)))
      try validity.withTimes { last, next throws(TestIdentityError) in
        try Library.check("X509_CRL_set1_lastUpdate", X509_CRL_set1_lastUpdate(list, last))
        try Library.check("X509_CRL_set1_nextUpdate", X509_CRL_set1_nextUpdate(list, next))
        for certificate in certificates { try Self.add(certificate, at: last, to: list) }
      }
      let append = { (own: OpaquePointer) throws(TestIdentityError) in
        try Library.check("X509_CRL_add_ext", X509_CRL_add_ext(list, own, -1))
      }
      let identifier = try Extensions.keyIdentifier(of: issuer.certificate)
      try Extensions.with(
        NID_authority_key_identifier, value: Extensions.authorityKeyIdentifier(identifier), append)
      try Extensions.with(NID_crl_number, value: DER.integer(number), append)
      try Library.check("X509_CRL_sort", X509_CRL_sort(list))
      try Library.check("X509_CRL_sign", X509_CRL_sign(list, issuer.key, Issuing.digest(.sha256, for: issuer.key)))
      return TestRevocationList(der: try Library.encoded("i2d_X509_CRL") { i2d_X509_CRL(list, $0) })
    }
  }

  private static func add(
    _ certificate: TestCertificate, at time: UnsafeMutablePointer<ASN1_TIME>, to list: OpaquePointer
  ) throws(TestIdentityError) {
    let parsed = try Library.certificate(certificate.der)
    defer { X509_free(parsed) }
    let entry = try Library.made("X509_REVOKED_new", X509_REVOKED_new())
    // Until the list takes it over, with the last call.
    var isOurs = true
    defer { if isOurs { X509_REVOKED_free(entry) } }
    try Library.check(
      "X509_REVOKED_set_serialNumber", X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(parsed)))
    try Library.check("X509_REVOKED_set_revocationDate", X509_REVOKED_set_revocationDate(entry, time))
    try Library.check("X509_CRL_add0_revoked", X509_CRL_add0_revoked(list, entry))
    isOurs = false
  }
}
