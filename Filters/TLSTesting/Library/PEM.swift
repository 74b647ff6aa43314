/// DER in base 64 between two lines that name its kind.
enum PEM {
  private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The block, in lines of 64 characters, the last of which ends with a newline too.
  static func encode(_ der: [UInt8], label: String) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(der.count / 3 * 4 + der.count / 48 + 64 + 2 * label.utf8.count)
    text += "-----BEGIN \(label)-----\n".utf8
    for line in stride(from: 0, to: der.count, by: 48) {
      appendLine(der[line..<min(line + 48, der.count)], to: &text)
    }
    text += "-----END \(label)-----\n".utf8
    return String(decoding: text, as: UTF8.self)
  }

  private static func appendLine(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.endIndex)]
      var bits: UInt32 = 0
      for (index, byte) in group.enumerated() { bits |= UInt32(byte) << UInt32(16 - 8 * index) }
      for index in 0..<4 {
        let isPadding = index > group.count
        text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * index)) & 0x3F])
      }
    }
    text.append(UInt8(ascii: "\n"))
  }
}
