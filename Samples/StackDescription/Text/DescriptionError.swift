/// What is wrong with a description, where, and what to write instead.
package struct DescriptionError: Error, Equatable, CustomStringConvertible {
  /// The whole description.
  package let text: String
  /// The characters that are wrong, counted from 0; empty where something is missing.
  package let range: Range<Int>
  /// What is wrong, in one line.
  package let message: String
  /// What to write instead, or what there is to choose from.
  package let hint: String?

  package init(_ message: String, at range: Range<Int>, in text: String, hint: String? = nil) {
    (self.text, self.range, self.message, self.hint) = (text, range, message, hint)
  }

  /// The message, the description with the place marked below it, and the hint.
  package var description: String {
    let (line, mark) = excerpt
    return ([message, "  " + line, "  " + mark] + (hint.map { [$0] } ?? [])).joined(separator: "\n")
  }

  /// The most characters of a description that are shown on a line.
  private static let width = 96

  /// The part of the description around the place, in one line, and the line that points at it.
  private var excerpt: (line: String, mark: String) {
    let characters = text.map { $0.isNewline || $0 == "\t" ? " " : $0 }
    let start = max(0, range.lowerBound - Self.width / 2)
    let end = min(characters.count, start + Self.width)
    let (before, after) = (start > 0 ? "..." : "", end < characters.count ? "..." : "")
    let line = before + String(characters[min(start, end)..<end]) + after
    let indent = String(repeating: " ", count: before.count + range.lowerBound - start)
    let length = max(min(range.upperBound, end) - range.lowerBound, 1)
    return (line, indent + "^" + String(repeating: "~", count: length - 1))
  }
}
