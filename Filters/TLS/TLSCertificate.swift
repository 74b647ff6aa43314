internal import COpenSSL

/// An X.509 certificate, as its DER bytes. What it says is decoded each time it is asked for.
public struct TLSCertificate: Hashable, Sendable, CustomStringConvertible {
  /// The whole certificate.
  public let der: [UInt8]

  /// A certificate of DER bytes; nil, where they are none.
  public init?(der: [UInt8]) {
    guard let certificate = Loading.decoded(der) else {
      ERR_clear_error()
      return nil
    }
    X509_free(certificate)
    self.der = der
  }

  init(_ certificate: OpaquePointer) {
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_X509(certificate, &bytes)
    der = count > 0 ? Array(UnsafeBufferPointer(start: bytes, count: Int(count))) : []
    CRYPTO_free(bytes, nil, 0)
  }

  /// Whose certificate it is, as a distinguished name (RFC 2253), characters that are not printable escaped.
  public var subject: String { read { Names.text(X509_get_subject_name($0)) } }
  /// The common name of its subject, as it stands there; nil, where it has none.
  public var commonName: String? { read { Names.commonName($0) } }
  /// Who signed it.
  public var issuer: String { read { Names.text(X509_get_issuer_name($0)) } }
  /// The first moment it is valid at, as text in UTC.
  public var notBefore: String { read { Names.text(time: X509_get0_notBefore($0)) } }
  /// The last moment it is valid at.
  public var notAfter: String { read { Names.text(time: X509_get0_notAfter($0)) } }
  /// Whether the last moment at which it is valid is over, by the wall clock.
  public var isExpired: Bool { read { X509_cmp_current_time(X509_get0_notAfter($0)) < 0 } }
  /// The DNS names and the addresses it is for.
  public var names: [String] { read { Names.alternatives($0) } }

  /// The subject.
  public var description: String { subject }

  private func read<Result>(_ body: (OpaquePointer?) -> Result) -> Result {
    let certificate = Loading.decoded(der)
    defer { X509_free(certificate) }
    return body(certificate)
  }
}
