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
    "A connection is logged when it has ended, with end= one of:\n  " + EndReason.words.joined(separator: " ")
  }
}
