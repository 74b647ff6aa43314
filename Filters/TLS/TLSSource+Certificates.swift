internal import COpenSSL

extension TLSSource {
  /// The certificates that are there, in order: what an identity shows, or a trust holds. Reads the file each time.
  ///
  /// - Throws: `TLSConfigurationError`, with what is wrong and what to give.
  public func certificates() throws(TLSConfigurationError) -> [TLSCertificate] {
    let loaded = try Loading.certificates(self)
    defer { loaded.forEach { X509_free($0) } }
    return loaded.map { TLSCertificate($0) }
  }
}
