/// A name of a machine, checked to be one: letters, digits, `-` and `_` in parts of at most 63 bytes, with dots between them.
///
/// Nothing is looked up, and nothing sent: this only keeps what cannot be a name away from the resolver. A name whose last part
/// is a number is refused, since systems take some of those for addresses (`127.1`).
public struct HostName: Hashable, Sendable, CustomStringConvertible {
  /// The name as it was given.
  public let description: String

  /// A name from its text. O(n).
  ///
  /// - Throws: `AddressError`, which says what is wrong.
  public init(_ text: String) throws(AddressError) { try self.init(text[...], in: text) }

  init(_ name: Substring, in text: String) throws(AddressError) {
    let isRooted = name.utf8.last == UInt8(ascii: ".")
    let bytes = name.utf8.count - (isRooted ? 1 : 0)
    if bytes > 253 { throw AddressError(.longName(bytes: bytes), in: text) }
    let allowed: (Character) -> Bool = { character in
      guard let byte = character.asciiValue else { return false }
      return byte.isLetter || byte.isDigit || character == "-" || character == "_" || character == "."
    }
    if let bad = name.first(where: { !allowed($0) }) { throw AddressError(.badCharacter(bad), in: text) }
    let labels = (isRooted ? name.dropLast() : name).split(separator: ".", omittingEmptySubsequences: false)
    for label in labels where label.isEmpty || label.utf8.count > 63 {
      throw AddressError(.badLabel(String(label)), in: text)
    }
    if let last = labels.last, Self.isNumber(last) { throw AddressError(.notIPv4(String(name)), in: text) }
    description = String(name)
  }

  private static func isNumber(_ label: Substring) -> Bool {
    if label.utf8.allSatisfy(\.isDigit) { return true }
    return label.lowercased().hasPrefix("0x") && label.utf8.dropFirst(2).allSatisfy(\.isHexDigit)
  }

  /// Whether the name always means this machine: `localhost`, and what ends in `.localhost` (RFC 6761, 6.3).
  public var isLocalhost: Bool {
    var name = description.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    return name == "localhost" || name.hasSuffix(".localhost")
  }
}
