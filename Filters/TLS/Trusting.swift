internal import COpenSSL

/// Puts trusted certificates into a context.
enum Trusting {
  /// Trusts what `trust` names. With `naming`, a server tells clients whose certificates it takes.
  static func apply(_ trust: TLSTrust, to context: OpaquePointer, naming: Bool) throws(TLSConfigurationError) {
    switch trust {
    case .system:
      guard SSL_CTX_set_default_verify_paths(context) == 1 else {
        throw TLSConfigurationError("the system's trust", "not readable", "give a file of trusted certificates")
      }
      ERR_clear_error()
    case .file(let path): try add(Loading.certificates(.file(path)), to: context, naming)
    case .certificates(let source): try add(Loading.certificates(source), to: context, naming)
    case .folder(let path): try add(folder: path, to: context, naming)
    case .all(let parts): for part in parts { try apply(part, to: context, naming: naming) }
    }
  }

  private static func add(folder: String, to context: OpaquePointer, _ naming: Bool) throws(TLSConfigurationError) {
    var count = 0
    for path in try Files.list(folder) {
      guard let certificates = try? Loading.certificates(.file(path)) else { continue }
      count += certificates.count
      add(certificates, to: context, naming)
    }
    guard count > 0 else {
      throw TLSConfigurationError(folder, "no file that holds a certificate", "give a folder of PEM files")
    }
  }

  private static func add(_ certificates: [OpaquePointer], to context: OpaquePointer, _ naming: Bool) {
    let store = SSL_CTX_get_cert_store(context)
    for certificate in certificates {
      X509_STORE_add_cert(store, certificate)
      if naming { SSL_CTX_add_client_CA(context, certificate) }
      X509_free(certificate)
    }
    // One that is there already is no fault.
    ERR_clear_error()
  }
}
