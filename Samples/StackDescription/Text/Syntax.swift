/// A value as it was written.
package struct Literal: Equatable {
  /// The value, without quotes.
  package let text: String
  package let isQuoted: Bool
  package let range: Range<Int>
}

/// An argument as it was written: `level=6`, or `6`.
struct Argument: Equatable {
  struct Name: Equatable {
    let text: String
    let range: Range<Int>
  }

  let name: Name?
  let value: Literal

  var range: Range<Int> { (name?.range.lowerBound ?? value.range.lowerBound)..<value.range.upperBound }
}

/// A filter as it was written: `gzip(level=6)`.
struct FilterCall: Equatable {
  let name: String
  let nameRange: Range<Int>
  let arguments: [Argument]
  /// From the name to the closing parenthesis.
  let range: Range<Int>
}
