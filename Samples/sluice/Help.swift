import StackDescription

/// Parts of help pages.
enum Help {
  static var addresses: String {
    let width = Address.forms.map(\.form.count).max() ?? 0
    let rows = Address.forms.map { form, summary in
      "  " + form + String(repeating: " ", count: width - form.count + 2) + summary
    }
    return (["Addresses:"] + rows).joined(separator: "\n")
  }

  static var signals: String {
    "Signals:\n" + ProxyProcess.signals.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
  }

  static var ends: String {
    var lines = ["Each connection is logged when it has ended, with end= one of:", " "]
    for word in EndReason.words {
      if lines[lines.count - 1].count + word.count > 76 { lines.append(" ") }
      lines[lines.count - 1] += " " + word
    }
    return lines.joined(separator: "\n")
  }
}
