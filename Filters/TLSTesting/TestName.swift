/// One entry of `subjectAltName`: a name that a certificate holds for.
///
/// Nothing is checked or mended: an empty name, one with a NUL inside or one of 300 bytes is written as it is,
/// because a verifier has to be tested with exactly these.
public enum TestName: Sendable, Hashable {
  /// A host name, or a wildcard such as `*.example.test`; written as its UTF-8 bytes.
  case host(String)
  /// A host name as bytes, also ones that are no text.
  case hostBytes([UInt8])
  /// An IPv4 or IPv6 address as text, such as `127.0.0.1` or `::1`. The one entry that can be refused.
  case address(String)
  /// An address as bytes, also of a wrong length (4 and 16 are right).
  case addressBytes([UInt8])
  /// A URI, such as a SPIFFE identifier.
  case uri(String)
  /// A mail address.
  case email(String)
}
