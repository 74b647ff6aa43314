internal import COpenSSL

/// The extensions of a certificate and of a list of revoked ones, as their values in DER.
enum Extensions {
  /// The value of `subjectAltName`.
  static func alternativeNames(_ names: [TestName]) throws(TestIdentityError) -> [UInt8] {
    var content: [UInt8] = []
    for name in names { content += try generalName(name) }
    return DER.element(DER.sequence, content)
  }

  private static func generalName(_ name: TestName) throws(TestIdentityError) -> [UInt8] {
    switch name {
    case .email(let text): DER.choice(1, [UInt8](text.utf8))
    case .host(let text): DER.choice(2, [UInt8](text.utf8))
    case .hostBytes(let bytes): DER.choice(2, bytes)
    case .uri(let text): DER.choice(6, [UInt8](text.utf8))
    case .address(let text): DER.choice(7, try address(text))
    case .addressBytes(let bytes): DER.choice(7, bytes)
    }
  }

  /// The four or sixteen bytes of an address.
  static func address(_ text: String) throws(TestIdentityError) -> [UInt8] {
    guard !text.utf8.contains(0), let parsed = a2i_IPADDRESS(text) else { throw .invalidAddress(text) }
    defer { ASN1_OCTET_STRING_free(parsed) }
    return [UInt8](UnsafeBufferPointer(start: ASN1_STRING_get0_data(parsed), count: Int(ASN1_STRING_length(parsed))))
  }

  /// The value of `basicConstraints`, or `nil` for none.
  static func constraints(_ constraints: TestConstraints) -> [UInt8]? {
    switch constraints {
    case .absent: nil
    case .endEntity: DER.element(DER.sequence, [])
    case .authority(let pathLength):
      DER.element(DER.sequence, DER.isTrue + (pathLength.map { DER.integer($0) } ?? []))
    }
  }

  /// The value of `keyUsage`.
  static func keyUsage(_ usage: TestUsage.KeyUsage) -> [UInt8] { DER.namedBits(usage.rawValue & 0x1FF) }

  /// The value of `extendedKeyUsage`.
  static func purposes(_ purposes: [TestUsage.Purpose]) -> [UInt8] {
    DER.element(
      DER.sequence, purposes.flatMap { DER.element(DER.objectIdentifier, $0.objectIdentifier) })
  }

  /// The value of `nameConstraints` that permits the hosts and all below them.
  static func permitted(_ hosts: [String]) -> [UInt8] {
    let trees = hosts.flatMap { DER.element(DER.sequence, DER.choice(2, [UInt8]($0.utf8))) }
    return DER.element(DER.sequence, DER.element(0xA0, trees))
  }

  /// The SHA-1 hash of a certificate's public key, which identifies it.
  static func keyIdentifier(of certificate: OpaquePointer) throws(TestIdentityError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    try Library.check("X509_pubkey_digest", X509_pubkey_digest(certificate, EVP_sha1(), &digest, &length))
    return [UInt8](digest.prefix(Int(length)))
  }

  /// The value of `authorityKeyIdentifier`.
  static func authorityKeyIdentifier(_ identifier: [UInt8]) -> [UInt8] {
    DER.element(DER.sequence, DER.choice(0, identifier))
  }

  /// Makes the extension and gives it to `body`, then frees it.
  static func with(
    _ nid: Int32, isCritical: Bool = false, value: [UInt8],
    _ body: (OpaquePointer) throws(TestIdentityError) -> Void
  ) throws(TestIdentityError) {
    let string = try Library.octetString(value)
    defer { ASN1_OCTET_STRING_free(string) }
    let made = try Library.made(
      "X509_EXTENSION_create_by_NID", X509_EXTENSION_create_by_NID(nil, nid, isCritical ? 1 : 0, string))
    defer { X509_EXTENSION_free(made) }
    try body(made)
  }

  /// Makes an extension of the user's and gives it to `body`, then frees it.
  static func with(
    _ own: TestExtension, _ body: (OpaquePointer) throws(TestIdentityError) -> Void
  ) throws(TestIdentityError) {
    guard !own.objectIdentifier.utf8.contains(0), let object = OBJ_txt2obj(own.objectIdentifier, 0) else {
      throw .invalidObjectIdentifier(own.objectIdentifier)
    }
    defer { ASN1_OBJECT_free(object) }
    let string = try Library.octetString(own.value)
    defer { ASN1_OCTET_STRING_free(string) }
    let made = try Library.made(
      "X509_EXTENSION_create_by_OBJ", X509_EXTENSION_create_by_OBJ(nil, object, own.isCritical ? 1 : 0, string))
    defer { X509_EXTENSION_free(made) }
    try body(made)
  }
}
