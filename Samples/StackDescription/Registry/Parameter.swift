/// What a filter can be told: a name, a type with its way to be written, and perhaps a default.
package struct Parameter<Value> {
  /// What help, errors and `--explain` know of it.
  package let info: ParameterInfo
  let fallback: Value?
  let parse: (String) throws(ValueProblem) -> Value
  /// A value as it is written; nil for none.
  let show: (Value) -> String?

  init(
    _ name: String, _ form: String, _ fallback: Value?, _ summary: String, isFlag: Bool = false,
    show: @escaping (Value) -> String?, parse: @escaping (String) throws(ValueProblem) -> Value
  ) {
    let shown = fallback.flatMap(show)
    info = ParameterInfo(
      name: name, form: form, fallback: shown, summary: summary, isFlag: isFlag,
      isOptional: fallback != nil && shown == nil)
    (self.fallback, self.parse, self.show) = (fallback, parse, show)
  }
}

/// A parameter without its type.
package struct ParameterInfo: Equatable {
  package let name: String
  /// How a value is written: `0...9`, `SIZE`, `default|huffman`.
  package let form: String
  /// The default, as it would be written; nil where a value has to be given.
  package let fallback: String?
  package let summary: String
  /// Whether its bare name means yes.
  package let isFlag: Bool
  /// Whether it may be left out, and then has no value.
  package let isOptional: Bool
}

extension Parameter {
  /// This parameter as one that may be left out; its value is nil then.
  package func optional() -> Parameter<Value?> {
    Parameter<Value?>(info.name, info.form, .some(nil), info.summary, isFlag: info.isFlag) { [show] value in
      value.flatMap(show)
    } parse: { [parse] text throws(ValueProblem) in
      try parse(text)
    }
  }
}

extension Parameter where Value == Int {
  /// A whole number. Without a default it has to be given.
  package static func integer(
    _ name: String, in range: ClosedRange<Int>, default fallback: Int? = nil, _ summary: String
  ) -> Parameter {
    let form = "\(range.lowerBound)...\(range.upperBound)"
    return Parameter(name, form, fallback, summary, show: { "\($0)" }) { text throws(ValueProblem) in
      guard let value = Int(text) else { throw ValueProblem("\"\(text)\" is not a whole number") }
      guard range.contains(value) else {
        throw ValueProblem(
          "\(value) is out of range", hint: "\(name) goes from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
  }

  /// An amount of bytes: `64KiB`.
  package static func size(_ name: String, default fallback: Int? = nil, _ summary: String) -> Parameter {
    Parameter(name, "SIZE", fallback, summary, show: ByteCount.exact, parse: ByteCount.parse)
  }

  /// Bytes a second: `10MiB/s`.
  package static func rate(_ name: String, default fallback: Int? = nil, _ summary: String) -> Parameter {
    Parameter(name, "RATE", fallback, summary, show: Rate.exact, parse: Rate.parse)
  }
}

extension Parameter where Value == Duration {
  /// A length of time: `250ms`.
  package static func time(_ name: String, default fallback: Duration? = nil, _ summary: String) -> Parameter {
    Parameter(name, "TIME", fallback, summary, show: TimeSpan.exact, parse: TimeSpan.parse)
  }
}

extension Parameter where Value == String {
  /// Text, in quotes where it holds blanks or signs of the grammar.
  package static func text(
    _ name: String, form: String = "TEXT", default fallback: String? = nil, _ summary: String
  ) -> Parameter {
    Parameter(name, form, fallback, summary, show: quotedIfNeeded) { text throws(ValueProblem) in text }
  }

  private static func quotedIfNeeded(_ text: String) -> String {
    if !text.isEmpty, text.allSatisfy(Lexer.isPlain) { return text }
    return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

extension Parameter where Value == Bool {
  /// Yes or no; its bare name means yes, and no is the default.
  package static func flag(_ name: String, _ summary: String) -> Parameter {
    Parameter(name, "yes|no", false, summary, isFlag: true, show: { $0 ? "yes" : "no" }) { text throws(ValueProblem) in
      switch text {
      case "yes", "true": return true
      case "no", "false": return false
      default: throw ValueProblem("\"\(text)\" is neither yes nor no")
      }
    }
  }
}

extension Parameter where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the cases of an enumeration, by its raw value.
  package static func choice(_ name: String, default fallback: Value? = nil, _ summary: String) -> Parameter {
    let names = Value.allCases.map(\.rawValue)
    return Parameter(name, names.joined(separator: "|"), fallback, summary, show: \.rawValue) {
      text throws(ValueProblem) in
      if let value = Value(rawValue: text) { return value }
      throw ValueProblem(
        "\"\(text)\" is no \(name)" + Suggestion.question(for: text, in: names),
        hint: "\(name) is one of: " + names.joined(separator: ", "))
    }
  }
}
