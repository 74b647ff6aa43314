/// What a PEM text holds, by its labels, so that errors can say what was found instead.
enum PEMLabels {
  static func found(in bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "it is empty" }
    let text = String(decoding: bytes, as: UTF8.self)
    var labels: [String] = []
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("-----BEGIN ") {
      let label = line.dropFirst(11).prefix { $0 != "-" }
      if !labels.contains(String(label)) { labels.append(String(label)) }
    }
    if labels.isEmpty { return "it holds no PEM block" }
    return "it holds \(labels.joined(separator: ", "))"
  }
}
