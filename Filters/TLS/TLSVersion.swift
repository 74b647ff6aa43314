internal import COpenSSL

/// A version of the protocol. Nothing older than 1.2 is spoken.
public enum TLSVersion: Comparable, Sendable, CustomStringConvertible {
  /// RFC 5246.
  case v1_2
  /// RFC 8446.
  case v1_3

  /// "TLS 1.2" or "TLS 1.3".
  public var description: String { self == .v1_2 ? "TLS 1.2" : "TLS 1.3" }

  var code: Int32 { self == .v1_2 ? TLS1_2_VERSION : TLS1_3_VERSION }

  init?(code: Int32) {
    switch code {
    case TLS1_2_VERSION: self = .v1_2
    case TLS1_3_VERSION: self = .v1_3
    default: return nil
    }
  }
}
