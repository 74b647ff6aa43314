internal import COpenSSL

/// Makes certificates: the one place that puts a blueprint into a certificate and signs it.
enum Issuing {
  /// Who signs: the certificate that names it and its key. Both are libcrypto's, borrowed.
  struct Issuer {
    var certificate: OpaquePointer
    var key: OpaquePointer
  }

  /// The certificate that a blueprint describes for a key, signed by the issuer, or by the key itself for `nil`.
  static func certificate(
    _ blueprint: TestBlueprint, key: OpaquePointer, issuer: Issuer?
  ) throws(TestIdentityError) -> [UInt8] {
    let made = try Library.made("X509_new", X509_new())
    defer { X509_free(made) }
    try Library.check("X509_set_version", X509_set_version(made, Int(X509_VERSION_3)))
    try setSerial(blueprint.serial, of: made)
    try setSubject(blueprint.commonName, of: made)
    try Library.check(
      "X509_set_issuer_name",
      X509_set_issuer_name(made, X509_get_subject_name(issuer?.certificate ?? made)))
    try blueprint.validity.withTimes { notBefore, notAfter throws(TestIdentityError) in
      try Library.check("X509_set1_notBefore", X509_set1_notBefore(made, notBefore))
      try Library.check("X509_set1_notAfter", X509_set1_notAfter(made, notAfter))
    }
    try Library.check("X509_set_pubkey", X509_set_pubkey(made, key))
    try addExtensions(of: blueprint, to: made, issuer: issuer?.certificate ?? made)
    let signer = issuer?.key ?? key
    try Library.check("X509_sign", X509_sign(made, signer, digest(blueprint.digest, for: signer)))
    return try Library.encoded("i2d_X509") { i2d_X509(made, $0) }
  }

  /// The hash to sign with, or none for keys that bring their own.
  static func digest(_ digest: TestDigest, for key: OpaquePointer) -> OpaquePointer? {
    guard EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519 else { return nil }
    return switch digest {
    case .md5: EVP_md5()
    case .sha1: EVP_sha1()
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }

  private static func setSerial(_ serial: [UInt8]?, of certificate: OpaquePointer) throws(TestIdentityError) {
    let bytes = serial ?? randomSerial()
    let number = try Library.made("BN_bin2bn", BN_bin2bn(bytes, Int32(clamping: bytes.count), nil))
    defer { BN_free(number) }
    let converted = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate))
    _ = try Library.made("BN_to_ASN1_INTEGER", converted)
  }

  /// Positive and always sixteen bytes long: RFC 5280 asks for the first, tests like the second.
  private static func randomSerial() -> [UInt8] {
    [UInt8.random(in: 0x40...0x7F)] + (1..<16).map { _ in UInt8.random(in: 0...255) }
  }

  private static func setSubject(_ commonName: String?, of certificate: OpaquePointer) throws(TestIdentityError) {
    guard let commonName else { return }
    // The tag itself, not one of the MBSTRING kinds: those would refuse names above 64 characters.
    let bytes = [UInt8](commonName.utf8)
    try Library.check(
      "X509_NAME_add_entry_by_NID",
      X509_NAME_add_entry_by_NID(
        X509_get_subject_name(certificate), NID_commonName, V_ASN1_UTF8STRING, bytes, Int32(clamping: bytes.count),
        -1, 0))
  }

  private static func addExtensions(
    of blueprint: TestBlueprint, to made: OpaquePointer, issuer: OpaquePointer
  ) throws(TestIdentityError) {
    func add(_ nid: Int32, isCritical: Bool = false, _ value: [UInt8]?) throws(TestIdentityError) {
      guard let value else { return }
      try Extensions.with(nid, isCritical: isCritical, value: value, append)
    }
    func append(_ own: OpaquePointer) throws(TestIdentityError) {
      try Library.check("X509_add_ext", X509_add_ext(made, own, -1))
    }
    try add(NID_basic_constraints, isCritical: true, Extensions.constraints(blueprint.constraints))
    try add(NID_key_usage, isCritical: true, blueprint.usage.keyUsage.map { Extensions.keyUsage($0) })
    if !blueprint.usage.purposes.isEmpty {
      try add(NID_ext_key_usage, Extensions.purposes(blueprint.usage.purposes))
    }
    if !blueprint.names.isEmpty {
      // Critical when there is no subject beside it: RFC 5280, 4.2.1.6.
      let names = try Extensions.alternativeNames(blueprint.names)
      try add(NID_subject_alt_name, isCritical: blueprint.commonName == nil, names)
    }
    if !blueprint.permittedHosts.isEmpty {
      try add(NID_name_constraints, isCritical: true, Extensions.permitted(blueprint.permittedHosts))
    }
    if blueprint.hasKeyIdentifiers {
      let own = try Extensions.keyIdentifier(of: made)
      try add(NID_subject_key_identifier, DER.element(DER.octetString, own))
      let parent = try Extensions.keyIdentifier(of: issuer)
      try add(NID_authority_key_identifier, Extensions.authorityKeyIdentifier(parent))
    }
    for own in blueprint.extensions { try Extensions.with(own, append) }
  }
}
