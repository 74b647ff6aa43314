internal import COpenSSL

/// What is wrong with the certificates that the other end showed.
public struct TLSCertificateError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds that are told apart.
  public enum Reason: Equatable, Sendable {
    /// Its time is over; when it was.
    case expired(String)
    /// Its time has not come; when it will.
    case notYetValid(String)
    /// It is for other hosts; the one that was wanted, and those it is for.
    case wrongHost(wanted: String, names: [String])
    /// Signed by itself, and not trusted.
    case selfSigned
    /// Its signer is not trusted, or not known.
    case unknownIssuer
    /// It is not made for this end's part, or its signer not for signing.
    case wrongUsage
    /// It was revoked.
    case revoked
    /// Its key or its signature is too weak.
    case tooWeak
    /// The application's own check refused it.
    case refusedByApplication
    /// None came, and one is required.
    case missing
    /// Something else, in the library's words.
    case other(String)
  }

  /// What is wrong.
  public let reason: Reason
  /// Whose certificate it is; empty, where none came.
  public let subject: String
  /// Where it stands in the chain: 0 is the other end's own.
  public let depth: Int

  /// The error in words.
  public var description: String {
    if case .missing = reason { return "the other end showed no certificate, and one is required" }
    return "the certificate of \(subject)" + (depth > 0 ? " (number \(depth) of the chain above it)" : "") + " \(fault)"
  }

  private var fault: String {
    switch reason {
    case .expired(let time): "expired at \(time)"
    case .notYetValid(let time): "is not valid before \(time)"
    case .wrongHost(let wanted, let names):
      "is not for \(wanted)" + (names.isEmpty ? ", nor for any host" : ", but for \(names.joined(separator: ", "))")
    case .selfSigned: "is signed by itself, and not among the trusted ones"
    case .unknownIssuer: "is signed by somebody who is not trusted"
    case .wrongUsage: "is made for another use than this"
    case .revoked: "was revoked"
    case .tooWeak: "has a key or a signature that is too weak"
    case .refusedByApplication: "was refused by the application's own check"
    case .missing: "is missing"
    case .other(let text): "was refused: \(text)"
    }
  }

  /// An error of parts.
  public init(reason: Reason, subject: String, depth: Int) {
    self.reason = reason
    self.subject = subject
    self.depth = depth
  }

  /// An error of the library's check, with the certificate it is about.
  init(code: Int32, certificate: OpaquePointer?, depth: Int, host: String?) {
    self.subject = Names.subject(certificate)
    self.depth = depth
    reason =
      switch code {
      case X509_V_ERR_CERT_HAS_EXPIRED: .expired(Names.text(time: X509_get0_notAfter(certificate)))
      case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid(Names.text(time: X509_get0_notBefore(certificate)))
      case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
        .wrongHost(wanted: host ?? "", names: Names.alternatives(certificate))
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: .selfSigned
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
        .unknownIssuer
      case X509_V_ERR_INVALID_PURPOSE, X509_V_ERR_INVALID_CA, X509_V_ERR_CERT_REJECTED, X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        .wrongUsage
      case X509_V_ERR_CERT_REVOKED: .revoked
      case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK: .tooWeak
      default: .other(String(cString: X509_verify_cert_error_string(Int(code))))
      }
  }
}

/// What an application's own check is shown.
public struct TLSVerification: Sendable {
  /// What the library's check found wrong; nil, where it found nothing, or was left out.
  public let error: TLSCertificateError?
  /// The other end's certificates as they came, its own one first.
  public let chain: [TLSCertificate]
  /// The host that was wanted; nil for servers.
  public let host: String?
}
