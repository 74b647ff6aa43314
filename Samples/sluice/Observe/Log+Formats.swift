extension LineLogHandler {
  /// `key=value`, the value in quotes where it holds what would be misread.
  static func text(_ fields: LogFields) -> String {
    fields.map { "\($0.key)=\(isPlain($0.value) ? $0.value : quoted($0.value))" }.joined(separator: " ")
  }

  /// One object; all values are text.
  static func json(_ fields: LogFields) -> String {
    "{" + fields.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",") + "}"
  }

  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x21..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C && $0 != 0x3D }
  }

  /// Text as a string of JSON: what a peer had a hand in cannot begin a line or a field of its own.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
