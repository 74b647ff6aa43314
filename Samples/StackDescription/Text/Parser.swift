/// Reads a description.
///
///     chain    = address *( "|" filter )          from the wire upwards
///     stack    = filter *( "|" filter )
///     address  = value
///     filter   = name [ "(" [ argument *( "," argument ) ] ")" ]
///     argument = [ name "=" ] value
///     value    = word / quoted
///
/// A word goes on to white space, one of `|(),=` or a quote. In quotes, a backslash takes the next character as it is.
struct Parser {
  private let text: String
  private let tokens: [Token]
  private var place = 0

  /// The filters that `text` names, in its order.
  static func filters(in text: String) throws(DescriptionError) -> [FilterCall] {
    var parser = Parser(text: text, tokens: try Lexer.tokens(of: text))
    return try parser.stack()
  }

  /// The address that `text` begins with, and the filters behind it.
  static func chain(in text: String) throws(DescriptionError) -> (address: Literal, filters: [FilterCall]) {
    var parser = Parser(text: text, tokens: try Lexer.tokens(of: text))
    return try parser.chain()
  }

  private init(text: String, tokens: [Token]) {
    self.text = text
    self.tokens = tokens
  }

  /// The tokens end with `.end`, which is never passed.
  private var token: Token { tokens[place] }

  private mutating func take() -> Token {
    let token = self.token
    if token.kind != .end { place += 1 }
    return token
  }

  private mutating func take(_ mark: Character) -> Token? {
    token.kind == .mark(mark) ? take() : nil
  }

  private mutating func stack() throws(DescriptionError) -> [FilterCall] {
    if token.kind == .end { throw error("the description is empty", at: token, hint: "name a filter") }
    return try rest(behind: [try filter()])
  }

  private mutating func rest(behind first: [FilterCall]) throws(DescriptionError) -> [FilterCall] {
    var filters = first
    while take("|") != nil { filters.append(try filter()) }
    guard token.kind == .end else { throw unexpectedBehindFilter }
    return filters
  }

  private mutating func chain() throws(DescriptionError) -> (address: Literal, filters: [FilterCall]) {
    let hint = "an address comes first: localhost:8080, [::1]:80, unix:/path, fd:3, stdio"
    let address: Literal
    switch token.kind {
    case .word(let text): address = Literal(text: text, isQuoted: false, range: take().range)
    case .quoted(let text): address = Literal(text: text, isQuoted: true, range: take().range)
    case .end: throw error("the description is empty", at: token, hint: hint)
    case .mark: throw error("expected an address, found \(token.words)", at: token, hint: hint)
    }
    switch token.kind {
    case .end, .mark("|"): return (address, try rest(behind: []))
    case .mark("("): throw error("an address takes no arguments", at: token, hint: "put | in front of a filter")
    default:
      throw error(
        "unexpected \(token.words) behind an address", at: token, hint: "put | between an address and a filter")
    }
  }

  private var unexpectedBehindFilter: DescriptionError {
    switch token.kind {
    case .mark(")"): error("this parenthesis was never opened", at: token)
    case .mark: error("unexpected \(token.words)", at: token, hint: "arguments stand in parentheses: name(key=value)")
    default:
      error(
        "unexpected \(token.words) behind a filter", at: token,
        hint: "put | between filters, and arguments in parentheses: name(key=value)")
    }
  }

  private mutating func filter() throws(DescriptionError) -> FilterCall {
    guard case .word(let name) = token.kind else {
      throw error("expected the name of a filter, found \(token.words)", at: token)
    }
    let nameRange = take().range
    guard let opening = take("(") else {
      return FilterCall(name: name, nameRange: nameRange, arguments: [], range: nameRange)
    }
    var arguments: [Argument] = []
    while token.kind != .mark(")") {
      arguments.append(try argument(of: opening))
      guard take(",") == nil else { continue }
      guard token.kind == .mark(")") else { throw unexpectedBehindArgument(of: opening) }
    }
    let end = take().range.upperBound
    return FilterCall(
      name: name, nameRange: nameRange, arguments: arguments, range: nameRange.lowerBound..<end)
  }

  private mutating func argument(of opening: Token) throws(DescriptionError) -> Argument {
    let first = try value(of: opening)
    guard let equals = take("=") else { return Argument(name: nil, value: first) }
    guard !first.isQuoted else {
      throw DescriptionError("the name of an argument stands without quotes", at: first.range, in: text)
    }
    switch token.kind {
    case .word, .quoted: break
    default:
      throw DescriptionError(
        "\(first.text)= has no value", at: equals.range.upperBound..<equals.range.upperBound, in: text)
    }
    return Argument(name: .init(text: first.text, range: first.range), value: try value(of: opening))
  }

  private mutating func value(of opening: Token) throws(DescriptionError) -> Literal {
    switch token.kind {
    case .word(let value): return Literal(text: value, isQuoted: false, range: take().range)
    case .quoted(let value): return Literal(text: value, isQuoted: true, range: take().range)
    case .end: throw isNotClosed(opening)
    case .mark: throw error("expected an argument, found \(token.words)", at: token)
    }
  }

  private func unexpectedBehindArgument(of opening: Token) -> DescriptionError {
    if token.kind == .end || token.kind == .mark("|") { return isNotClosed(opening) }
    return error("expected , or ) behind an argument, found \(token.words)", at: token)
  }

  private func isNotClosed(_ opening: Token) -> DescriptionError {
    error("this parenthesis is not closed", at: opening)
  }

  private func error(_ message: String, at token: Token, hint: String? = nil) -> DescriptionError {
    DescriptionError(message, at: token.range, in: text, hint: hint)
  }
}
