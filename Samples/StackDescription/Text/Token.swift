/// A piece of a description, and where it stands.
struct Token: Equatable {
  enum Kind: Equatable {
    /// A name or a value without quotes.
    case word(String)
    /// A value that stood in quotes, without them.
    case quoted(String)
    /// One of `|`, `(`, `)`, `,` and `=`.
    case mark(Character)
    /// Behind the last character.
    case end
  }

  let kind: Kind
  let range: Range<Int>

  /// What an error calls it.
  var words: String {
    switch kind {
    case .word(let text), .quoted(let text): "\"\(text)\""
    case .mark(let mark): "\"\(mark)\""
    case .end: "the end"
    }
  }
}
