/// Why a text, or a part of one, names no place to listen or connect.
public struct AddressError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The text is empty.
    case empty
    /// Nothing stands behind a colon at the end, or there is no colon.
    case noPort
    /// What stands behind the last colon is no number from 0 to 65535.
    case badPort(String)
    /// An IPv6 address stands without brackets, so that its port cannot be told from it.
    case noBrackets
    /// A bracket was opened, and is not closed in front of the port.
    case openBracket
    /// A host that is given apart from its port begins with a bracket, which stands only where a port follows.
    case needlessBracket
    /// What stands in brackets, or has a colon in it, is no IPv6 address.
    case notIPv6(String)
    /// No interface of this machine has the name behind the `%`.
    case unknownZone(String)
    /// The host ends in a number, as no name does, and is no IPv4 address.
    case notIPv4(String)
    /// A name has a character that names do not have.
    case badCharacter(Character)
    /// A part of a name, between dots, is empty or longer than 63 bytes.
    case badLabel(String)
    /// A name is longer than 253 bytes.
    case longName(bytes: Int)
    /// A Unix socket's path or name is empty.
    case emptyPath
    /// A Unix socket's path or name is longer than the system's addresses hold.
    case longPath(bytes: Int, most: Int)
    /// A Unix socket's path or name has a zero or a control character in it.
    case badByte(UInt8)
  }

  /// What is wrong.
  public let problem: Problem
  /// What was given.
  public let text: String

  init(_ problem: Problem, in text: String) {
    self.problem = problem
    self.text = text
  }

  /// What was given, what is wrong with it, and what is accepted.
  public var description: String {
    let shown = text.count > 80 ? "\(text.prefix(80))..." : text
    return "\(shown.debugDescription): \(reason); \(advice)"
  }

  /// What is wrong, without what was given.
  public var reason: String {
    switch problem {
    case .empty: "this is empty"
    case .noPort: "the port is missing"
    case .badPort(let port): "the port is \(Self.quoted(port)), and no number from 0 to 65535"
    case .noBrackets: "an IPv6 address stands in brackets, so that the port can be told from it"
    case .openBracket: "the bracket is not closed in front of the port"
    case .needlessBracket: "a host that is given apart from its port stands without brackets"
    case .notIPv6(let host): "\(Self.quoted(host)) is no IPv6 address"
    case .unknownZone(let zone): "this machine has no interface \(Self.quoted(zone))"
    case .notIPv4(let host): "\(Self.quoted(host)) ends in a number, and is no IPv4 address"
    case .badCharacter(let character): "a name has no \(Self.quoted(String(character)))"
    case .badLabel(let label):
      label.isEmpty ? "a part of the name is empty" : "\(Self.quoted(label)) is longer than 63 bytes"
    case .longName(let bytes): "the name has \(bytes) bytes, and may have 253"
    case .emptyPath: "the path is empty"
    case .longPath(let bytes, let most): "the path has \(bytes) bytes, and a Unix socket's address holds \(most)"
    case .badByte(let byte): "the path has the byte \(byte) in it"
    }
  }

  private var advice: String {
    switch problem {
    case .longPath: "use a shorter path, or one relative to the working directory"
    case .needlessBracket: "give the name or the address alone, such as ::1"
    case .badByte: "use a path without control characters"
    case .badCharacter(let character) where !character.isASCII: "give such a name in its ASCII form, xn--..."
    default: "accepted are name:port, 127.0.0.1:port, [::1]:port, :port, unix:/path and unix:@name"
    }
  }

  private static func quoted(_ part: String) -> String {
    (part.count > 40 ? "\(part.prefix(40))..." : part).debugDescription
  }
}
