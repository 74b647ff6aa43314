internal import COpenSSL

extension LoadedIdentity {
  /// What errors say to give.
  static let advice =
    "give a certificate with an RSA key of 2,048 bits or more, ECDSA on P-256, P-384 or P-521, or Ed25519"

  /// Finds out whether handshakes can sign with the key. The library takes keys that no handshake of it has a use for, and then
  /// fails each. Where it serves, `server` is the context: only there ciphers have to go with the key.
  func checkKey(_ options: TLSOptions, server: OpaquePointer?, place: String) throws(TLSConfigurationError) {
    let kind = EVP_PKEY_get_base_id(key)
    if kind == EVP_PKEY_DSA {
      throw TLSConfigurationError(place, "a DSA key, which TLS does not sign with", Self.advice)
    }
    if kind == EVP_PKEY_EC { try checkCurve(options, place) }
    guard let server, options.newest == .v1_2 else { return }
    let isRSA = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS
    guard sluice_ssl_ctx_has_authentication(server, isRSA ? NID_auth_rsa : NID_auth_ecdsa) == 0 else { return }
    throw TLSConfigurationError(
      place, "a key that none of the ciphers \"\(options.ciphers)\" goes with",
      "give a certificate with \(isRSA ? "an ECDSA" : "an RSA") key, or ciphers such as "
        + (isRSA ? "ECDHE+aRSA" : "ECDHE+aECDSA"))
  }

  /// TLS 1.3 signs on three curves. TLS 1.2 does on others, with who names them as groups, as hardly anybody does unasked.
  private func checkCurve(_ options: TLSOptions, _ place: String) throws(TLSConfigurationError) {
    let curve = self.curve
    if ["prime256v1", "secp384r1", "secp521r1"].contains(curve) { return }
    if options.oldest <= .v1_2, options.groups?.split(separator: ":").contains(curve[...]) == true { return }
    let words = curve.isEmpty ? "a curve without a name" : "the curve \(curve)"
    throw TLSConfigurationError(place, "a key on \(words), which TLS does not sign with", Self.advice)
  }

  /// The library's name of an elliptic key's curve; empty, where it has none.
  private var curve: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 80) { name in
      var length = 0
      let isNamed = EVP_PKEY_get_group_name(key, name.baseAddress, name.count, &length) == 1
      guard isNamed, let start = name.baseAddress else {
        ERR_clear_error()
        return ""
      }
      return String(cString: start)
    }
  }
}
