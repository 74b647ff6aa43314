/// The few pieces of DER that extensions are made of.
///
/// Written by hand, for libcrypto's own writers refuse or mend just what a verifier has to be tested with.
enum DER {
  static let sequence: UInt8 = 0x30
  static let octetString: UInt8 = 0x04
  static let objectIdentifier: UInt8 = 0x06

  /// A tag, the length in its shortest form, the content.
  static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    if content.count < 0x80 {
      length = [UInt8(content.count)]
    } else {
      let bytes = bigEndian(UInt64(content.count))
      length = [0x80 | UInt8(bytes.count)] + bytes
    }
    return [tag] + length + content
  }

  /// `CONTEXT n`, primitive: what `GeneralName` and its like choose by.
  static func choice(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { element(0x80 | number, content) }

  /// `TRUE`.
  static let isTrue: [UInt8] = [0x01, 0x01, 0xFF]

  /// A non-negative integer.
  static func integer(_ value: UInt32) -> [UInt8] {
    let bytes = bigEndian(UInt64(value))
    return element(0x02, (bytes.first ?? 0) & 0x80 == 0 ? bytes : [0] + bytes)
  }

  /// A bit string of named bits: without trailing zeros, bit 0 first.
  static func namedBits(_ bits: UInt16) -> [UInt8] {
    guard bits != 0 else { return element(0x03, [0]) }
    let highest = 15 - bits.leadingZeroBitCount
    var bytes = [UInt8](repeating: 0, count: highest / 8 + 1)
    for bit in 0...highest where bits & (1 << UInt16(bit)) != 0 { bytes[bit / 8] |= 0x80 >> UInt8(bit % 8) }
    return element(0x03, [UInt8(7 - highest % 8)] + bytes)
  }

  /// The significant bytes of a number, at least one.
  private static func bigEndian(_ value: UInt64) -> [UInt8] {
    let bytes = withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) }
    let significant = bytes.drop { $0 == 0 }
    return significant.isEmpty ? [0] : [UInt8](significant)
  }
}
