internal import COpenSSL

/// A certificate, its key and its chain, read and found to belong together.
final class LoadedIdentity {
  let certificate: OpaquePointer
  let key: OpaquePointer
  /// A stack of the certificates behind the first one.
  let chain: OpaquePointer?

  init(_ identity: TLSIdentity) throws(TLSConfigurationError) {
    let certificates = try Loading.certificates(identity.certificates)
    do {
      key = try Loading.key(identity)
    } catch {
      certificates.forEach { X509_free($0) }
      throw error
    }
    certificate = certificates[0]
    chain = sluice_x509_stack_new()
    for other in certificates.dropFirst() { _ = sluice_x509_stack_push(chain, other) }
    guard X509_check_private_key(certificate, key) == 1 else {
      ERR_clear_error()
      throw TLSConfigurationError(
        identity.key.place,
        "a private key that does not belong to the certificate of \(Names.subject(certificate)) in "
          + identity.certificates.place, "give the key that the certificate was made with")
    }
  }

  deinit {
    X509_free(certificate)
    EVP_PKEY_free(key)
    sluice_x509_stack_free(chain)
  }

  /// Shows this identity on all connections of a context.
  func apply(to context: OpaquePointer, place: String) throws(TLSConfigurationError) {
    guard SSL_CTX_use_cert_and_key(context, certificate, key, chain, 1) == 1 else { throw Self.refusal(of: place) }
  }

  /// Finds out whether connections of a context can show this identity.
  func check(with context: OpaquePointer, place: String) throws(TLSConfigurationError) {
    let connection = SSL_new(context)
    defer { SSL_free(connection) }
    guard let connection, apply(toConnection: connection) else { throw Self.refusal(of: place) }
  }

  private static func refusal(of place: String) -> TLSConfigurationError {
    TLSConfigurationError(place, "the library refuses it (\(OpenSSLErrors.take()?.text ?? ""))", Self.advice)
  }

  /// Shows this identity on one connection, and no other: the library keeps one for each kind of key.
  func apply(toConnection ssl: OpaquePointer) -> Bool {
    SSL_certs_clear(ssl)
    return SSL_use_cert_and_key(ssl, certificate, key, chain, 1) == 1
  }
}
