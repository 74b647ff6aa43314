/// Cuts a description into tokens.
struct Lexer {
  let text: String
  private let characters: [Character]
  private var place = 0

  init(_ text: String) {
    self.text = text
    characters = Array(text)
  }

  /// All tokens, `.end` the last of them. O(n).
  static func tokens(of text: String) throws(DescriptionError) -> [Token] {
    var lexer = Lexer(text)
    var tokens: [Token] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private mutating func next() throws(DescriptionError) -> Token {
    while place < characters.count, characters[place].isWhitespace { place += 1 }
    let start = place
    guard place < characters.count else { return Token(kind: .end, range: start..<start) }
    let character = characters[place]
    if Self.marks.contains(character) {
      place += 1
      return Token(kind: .mark(character), range: start..<place)
    }
    if Self.quotes.contains(character) { return try quoted(by: character) }
    while place < characters.count, Self.isPlain(characters[place]) { place += 1 }
    return Token(kind: .word(String(characters[start..<place])), range: start..<place)
  }

  private mutating func quoted(by quote: Character) throws(DescriptionError) -> Token {
    let start = place
    var value = ""
    place += 1
    while place < characters.count {
      let character = characters[place]
      place += 1
      if character == quote { return Token(kind: .quoted(value), range: start..<place) }
      if character == "\\", place < characters.count {
        value.append(characters[place])
        place += 1
      } else {
        value.append(character)
      }
    }
    throw DescriptionError(
      "this quote is not closed", at: start..<start + 1, in: text,
      hint: "end the value with \(quote); write \\\(quote) for the sign itself")
  }

  private static let marks: Set<Character> = ["|", "(", ")", ",", "="]
  private static let quotes: Set<Character> = ["\"", "'"]

  /// Whether a character may stand in a word without quotes.
  static func isPlain(_ character: Character) -> Bool {
    !character.isWhitespace && !marks.contains(character) && !quotes.contains(character)
  }
}
