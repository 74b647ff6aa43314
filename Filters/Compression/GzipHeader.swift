/// The fields of a gzip member's header, written or received (RFC 1952, 2.3).
public struct GzipHeader: Equatable, Sendable {
  /// The name of the file that was compressed; ISO 8859-1 on the wire.
  public var name: String?
  /// A comment; ISO 8859-1 on the wire.
  public var comment: String?
  /// The extra field: subfields of two letters, two bytes of length and the data; up to 65,535 bytes. What is in it is not
  /// checked.
  public var extra: [UInt8]?
  /// When the data was last changed, in seconds since 1970; 0 says nothing.
  public var modificationTime: UInt32
  /// The system that wrote it: 3 is Unix, 255 unknown.
  public var operatingSystem: UInt8
  /// Whether the data is said to be text.
  public var isText: Bool
  /// Whether the header has a CRC of its own. One that comes is always checked.
  public var hasCheck: Bool
  /// Whether a received name or comment was longer than what is kept of it (`longestName`, `longestComment`).
  public internal(set) var isCut = false

  /// Bytes that are kept of a received name; longer ones are cut.
  public static var longestName: Int { 1_024 }
  /// Bytes that are kept of a received comment; longer ones are cut.
  public static var longestComment: Int { 4_096 }
  /// The longest extra field that the format allows; a received one is kept whole.
  public static var longestExtra: Int { 65_535 }

  /// A header with the fields that are given.
  public init(
    name: String? = nil, comment: String? = nil, extra: [UInt8]? = nil, modificationTime: UInt32 = 0,
    operatingSystem: UInt8 = 3, isText: Bool = false, hasCheck: Bool = false
  ) {
    self.name = name
    self.comment = comment
    self.extra = extra
    self.modificationTime = modificationTime
    self.operatingSystem = operatingSystem
    self.isText = isText
    self.hasCheck = hasCheck
  }
}

/// The bytes of a text in ISO 8859-1; nil where it has other characters, or a zero, which would end it.
func latin1(_ text: String) -> [UInt8]? {
  var bytes: [UInt8] = []
  for scalar in text.unicodeScalars {
    guard scalar.value > 0, scalar.value < 256 else { return nil }
    bytes.append(UInt8(truncatingIfNeeded: scalar.value))
  }
  return bytes
}
