import Sluice

extension TapDump {
  struct Line: Equatable {
    let offset: Int
    let text: String
  }

  static func hexLines(_ bytes: [UInt8]) -> [Line] {
    stride(from: 0, to: bytes.count, by: 16).map { offset in
      let row = bytes[offset..<min(offset + 16, bytes.count)]
      var text = ""
      for (index, byte) in row.enumerated() { text += hex(byte) + (index == 7 ? "  " : " ") }
      // The characters stand under each other, however short the row is.
      text += String(repeating: " ", count: 50 - text.utf8.count) + "|"
      for byte in row { text += isPrintable(byte) ? String(UnicodeScalar(byte)) : "." }
      return Line(offset: offset, text: text + "|")
    }
  }

  static func textLines(_ bytes: [UInt8]) -> [Line] {
    var lines: [Line] = []
    var (start, text) = (0, "")
    for (index, byte) in bytes.enumerated() {
      text += escaped(byte)
      guard byte == 0x0A || index == bytes.count - 1 || index - start == 255 else { continue }
      lines.append(Line(offset: start, text: "\"\(text)\""))
      (start, text) = (index + 1, "")
    }
    return lines
  }

  static func seconds(_ time: EventBase.Instant) -> String {
    let microseconds = time.nanoseconds / 1_000
    return "\(microseconds / 1_000_000)." + padded("\(abs(microseconds % 1_000_000))", to: 6)
  }

  static func padded(_ digits: String, to width: Int) -> String {
    String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
  }

  private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

  private static func hex(_ byte: UInt8) -> String { padded(String(byte, radix: 16), to: 2) }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case 0x0A: "\\n"
    case 0x0D: "\\r"
    case 0x09: "\\t"
    case 0x22: "\\\""
    case 0x5C: "\\\\"
    default: isPrintable(byte) ? String(UnicodeScalar(byte)) : "\\x" + hex(byte)
    }
  }
}
