internal import COpenSSL

/// An alert: how one end tells the other why it gives up. RFC 8446, section 6.
public struct TLSAlert: Hashable, Sendable, CustomStringConvertible {
  /// Its number, such as 40.
  public let code: UInt8

  /// An alert of a number.
  public init(code: UInt8) { self.code = code }

  /// What it says, such as "handshake failure".
  public var name: String { SSL_alert_desc_string_long(Int32(code)).map { String(cString: $0) } ?? "alert \(code)" }

  /// What it says, with its number, such as "handshake failure (40)".
  public var description: String { "\(name) (\(code))" }
}
