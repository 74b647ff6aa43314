/// The arguments of one filter of a description, each with the parameter that it is for.
struct Bindings {
  private let call: FilterCall
  private let text: String
  private var literals: [String: Literal] = [:]

  /// Gives every argument of `call` to a parameter.
  ///
  /// - Throws: for names that do not exist, values that belong to nothing, and what is given twice.
  init(_ call: FilterCall, _ parameters: [ParameterInfo], in text: String) throws(DescriptionError) {
    self.call = call
    self.text = text
    for (place, argument) in call.arguments.enumerated() {
      let (name, value) = try target(of: argument, isFirst: place == 0, parameters)
      guard literals[name] == nil else {
        throw DescriptionError("\(name) is given twice", at: argument.range, in: text)
      }
      literals[name] = value
    }
  }

  /// What is given for a parameter, or else its default.
  func value<Value>(of parameter: Parameter<Value>) throws(DescriptionError) -> Value {
    guard let literal = literals[parameter.info.name] else {
      if let fallback = parameter.fallback { return fallback }
      throw DescriptionError(
        "\(call.name) needs \(parameter.info.name)", at: call.range, in: text,
        hint: "write \(call.name)(\(parameter.info.name)=\(parameter.info.form)): \(parameter.info.summary)")
    }
    do {
      return try parameter.parse(literal.text)
    } catch {
      throw DescriptionError(
        "\(call.name): \(parameter.info.name): \(error.message)", at: literal.range, in: text, hint: error.hint)
    }
  }

  /// A parameter as it is in effect; none, where it has no value.
  func effective<Value>(_ parameter: Parameter<Value>, _ value: Value) -> [BoundFilter.Argument] {
    guard let shown = parameter.show(value) else { return [] }
    let info = parameter.info
    return [.init(name: info.name, value: shown, isGiven: literals[info.name] != nil, summary: info.summary)]
  }

  /// An error about the filter as a whole.
  func error(_ message: String) -> DescriptionError { DescriptionError(message, at: call.range, in: text) }

  private func target(
    of argument: Argument, isFirst: Bool, _ parameters: [ParameterInfo]
  ) throws(DescriptionError) -> (String, Literal) {
    if let name = argument.name {
      guard parameters.contains(where: { $0.name == name.text }) else {
        throw unknown(name.text, at: name.range, parameters)
      }
      return (name.text, argument.value)
    }
    let value = argument.value
    if !value.isQuoted, let named = parameters.first(where: { $0.name == value.text }) {
      if named.isFlag { return (named.name, Literal(text: "yes", isQuoted: false, range: value.range)) }
      throw DescriptionError(
        "\(named.name) needs a value", at: value.range, in: text,
        hint: "write \(named.name)=\(named.fallback ?? named.form)")
    }
    guard let first = parameters.first else { throw unknown(value.text, at: value.range, parameters) }
    guard isFirst else {
      throw DescriptionError(
        "only the first argument of a filter may go without its name", at: value.range, in: text, hint: list(parameters)
      )
    }
    return (first.name, value)
  }

  private func unknown(_ word: String, at range: Range<Int>, _ parameters: [ParameterInfo]) -> DescriptionError {
    let question = Suggestion.question(for: word, in: parameters.map(\.name))
    return DescriptionError(
      "\(call.name) has no parameter \(word)\(question)", at: range, in: text, hint: list(parameters))
  }

  private func list(_ parameters: [ParameterInfo]) -> String {
    guard !parameters.isEmpty else { return "\(call.name) takes no arguments" }
    return "\(call.name) takes: " + parameters.map { "\($0.name)=\($0.form)" }.joined(separator: ", ")
  }
}
