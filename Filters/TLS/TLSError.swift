/// Why a TLS connection failed. Comes as the `.filter` reason of a `StreamError`, once.
public enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The other end's certificate was refused.
  case certificate(TLSCertificateError)
  /// The other end gave up, and said why.
  case alertReceived(TLSAlert)
  /// This end gave up: what the library found, and the alert that it sent, if it sent one.
  case protocolViolation(String, alertSent: TLSAlert?)
  /// The other end sent an HTTP request without TLS.
  case plaintextHTTP
  /// The other end does not speak TLS; the first bytes it sent, those not printable escaped.
  case notTLS(String)
  /// The other end speaks only a version that is not spoken here, such as "TLS 1.0".
  case oldVersion(String)
  /// The stream ended without close_notify: the other end vanished, or somebody cut the connection.
  case truncated
  /// The stream ended before the handshake was complete.
  case closedDuringHandshake
  /// The handshake took longer than this.
  case handshakeTimedOut(Duration)
  /// The other end sent more than so many bytes before the handshake was complete.
  case handshakeTooLong(Int)
  /// The other end sent so many bytes in a row that carry nothing: key updates, warnings, empty records.
  case flood(Int)
  /// The host to connect to is none.
  case badHost(String)
  /// The library could not make a connection, or an `SSL` to wrap is not as it must be.
  case unusable(String)

  /// The error in words.
  public var description: String {
    switch self {
    case .certificate(let error): "\(error)"
    case .alertReceived(let alert): "the other end gave up, with the alert \(alert)\(Self.hint(alert))"
    case .protocolViolation(let what, let alert):
      what + (alert.map { "; the other end was told with the alert \($0)" } ?? "")
    case .plaintextHTTP: "plaintext HTTP request on a TLS port"
    case .notTLS(let bytes): "the other end does not speak TLS: its first bytes are \"\(bytes)\""
    case .oldVersion(let version): "peer speaks only \(version)"
    case .truncated: "the stream ended without close_notify: what came may be cut short"
    case .closedDuringHandshake: "the other end closed during the handshake"
    case .handshakeTimedOut(let limit): "the handshake was not complete after \(limit)"
    case .handshakeTooLong(let limit): "the handshake was not complete after \(limit) bytes"
    case .flood(let limit): "the other end sent more than \(limit) bytes of records without contents"
    case .badHost(let host):
      "\"\(host)\" is no name of a host, and no address: give it without port and brackets, and in its ASCII form (xn--...)"
    case .unusable(let what): what
    }
  }

  private static func hint(_ alert: TLSAlert) -> String {
    switch alert.code {
    case 42, 43, 46: ": it does not accept this end's certificate"
    case 44: ": this end's certificate was revoked"
    case 45: ": this end's certificate expired"
    case 48: ": it does not trust the signer of this end's certificate"
    case 70: ": it speaks no version that this end speaks"
    case 112: ": it knows no host of the name that was asked for"
    case 116: ": it requires a certificate, and this end showed none"
    case 120: ": it speaks none of the protocols that were offered"
    default: ""
    }
  }
}
