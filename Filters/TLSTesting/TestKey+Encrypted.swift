internal import COpenSSL

extension TestKey {
  /// The key in PKCS #8, encrypted with a passphrase (AES-256-CBC, PBKDF2), as PEM (`BEGIN ENCRYPTED PRIVATE KEY`).
  ///
  /// The passphrase is used as its UTF-8 bytes. Salt and start value are new at every call, so the text is too.
  public func encryptedPEM(passphrase: String) throws(TestIdentityError) -> String {
    PEM.encode(try encryptedDER(passphrase: passphrase), label: "ENCRYPTED PRIVATE KEY")
  }

  /// The key in PKCS #8, encrypted with a passphrase, as DER.
  public func encryptedDER(passphrase: String) throws(TestIdentityError) -> [UInt8] {
    try Library.session { () throws(TestIdentityError) in
      let info = try Library.decoded(
        "private key", der, { d2i_PKCS8_PRIV_KEY_INFO(nil, $0, $1) }, free: { PKCS8_PRIV_KEY_INFO_free($0) })
      defer { PKCS8_PRIV_KEY_INFO_free(info) }
      let bytes = passphrase.utf8.map { CChar(bitPattern: $0) }
      let encrypted = try Library.made(
        "PKCS8_encrypt",
        PKCS8_encrypt(-1, EVP_aes_256_cbc(), bytes, Int32(clamping: bytes.count), nil, 0, 0, info))
      defer { X509_SIG_free(encrypted) }
      return try Library.encoded("i2d_X509_SIG") { i2d_X509_SIG(encrypted, $0) }
    }
  }

  /// The key in the older form of its kind, not encrypted, as PEM: `BEGIN EC PRIVATE KEY` or `BEGIN RSA PRIVATE KEY`.
  ///
  /// Ed25519 keys have no older form and come as PKCS #8.
  public func traditionalPEM() throws(TestIdentityError) -> String {
    try Library.session { () throws(TestIdentityError) in
      let label =
        switch algorithm {
        case .p256, .p384: "EC PRIVATE KEY"
        case .rsa1024, .rsa2048, .rsa3072: "RSA PRIVATE KEY"
        case .ed25519: "PRIVATE KEY"
        }
      guard algorithm != .ed25519 else { return pem }
      let key = try Library.privateKey(der)
      defer { EVP_PKEY_free(key) }
      return PEM.encode(try Library.encoded("i2d_PrivateKey") { i2d_PrivateKey(key, $0) }, label: label)
    }
  }
}
