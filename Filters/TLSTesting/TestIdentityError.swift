/// Why a key, a certificate or a list of revoked certificates could not be made.
public enum TestIdentityError: Error, Sendable, Hashable {
  /// The text is no IPv4 or IPv6 address.
  case invalidAddress(String)
  /// The moments lie outside of what a certificate can say (the years 0 to 9999).
  case invalidValidity(TestValidity)
  /// The text is no object identifier in dotted or in OpenSSL's short form.
  case invalidObjectIdentifier(String)
  /// The text is not wholly one block of the named kind, such as `CERTIFICATE`, or the bytes are not what they should be.
  case malformed(String)
  /// A number of certificates that cannot be made: negative, or more than the limit that the function states.
  case invalidCount(Int)
  /// OpenSSL refused the named call; the reason is its own text.
  case library(call: String, reason: String)
}

extension TestIdentityError: CustomStringConvertible {
  /// One line that says what was refused and why.
  public var description: String {
    switch self {
    case .invalidAddress(let text): "not an IP address: \(text.debugDescription)"
    case .invalidValidity(let validity): "a certificate cannot say this validity: \(validity)"
    case .invalidObjectIdentifier(let text): "not an object identifier: \(text.debugDescription)"
    case .malformed(let kind): "malformed \(kind)"
    case .invalidCount(let count): "cannot make \(count) certificates"
    case .library(let call, let reason): "\(call): \(reason)"
    }
  }
}
