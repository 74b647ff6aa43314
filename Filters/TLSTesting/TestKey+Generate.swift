internal import COpenSSL

extension TestKey {
  /// Makes a new key: microseconds for the elliptic kinds, 50 to 500 ms for RSA.
  public static func generate(_ algorithm: Algorithm = .p256) throws(TestIdentityError) -> TestKey {
    try Library.session { () throws(TestIdentityError) in
      let name =
        switch algorithm {
        case .p256, .p384: "EC"
        case .ed25519: "ED25519"
        case .rsa1024, .rsa2048, .rsa3072: "RSA"
        }
      let context = try Library.made("EVP_PKEY_CTX_new_from_name", EVP_PKEY_CTX_new_from_name(nil, name, nil))
      defer { EVP_PKEY_CTX_free(context) }
      try Library.check("EVP_PKEY_keygen_init", EVP_PKEY_keygen_init(context))
      switch algorithm {
      case .p256: try Library.check("EVP_PKEY_CTX_set_group_name", EVP_PKEY_CTX_set_group_name(context, "P-256"))
      case .p384: try Library.check("EVP_PKEY_CTX_set_group_name", EVP_PKEY_CTX_set_group_name(context, "P-384"))
      case .rsa1024: try setBits(1024, of: context)
      case .rsa2048: try setBits(2048, of: context)
      case .rsa3072: try setBits(3072, of: context)
      case .ed25519: break
      }
      var key: OpaquePointer?
      try Library.check("EVP_PKEY_generate", EVP_PKEY_generate(context, &key))
      let made = try Library.made("EVP_PKEY_generate", key)
      defer { EVP_PKEY_free(made) }
      return TestKey(algorithm: algorithm, der: try plainPKCS8(made))
    }
  }

  private static func setBits(_ bits: Int32, of context: OpaquePointer) throws(TestIdentityError) {
    try Library.check("EVP_PKEY_CTX_set_rsa_keygen_bits", EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits))
  }

  private static func plainPKCS8(_ key: OpaquePointer) throws(TestIdentityError) -> [UInt8] {
    let info = try Library.made("EVP_PKEY2PKCS8", EVP_PKEY2PKCS8(key))
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    return try Library.encoded("i2d_PKCS8_PRIV_KEY_INFO") { i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
  }
}
