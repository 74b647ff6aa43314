/// Where a chain begins: what is listened at, or connected to.
package enum Address: Equatable, Sendable {
  /// A host's name or address with a port; the host is empty where any is meant.
  case network(host: String, port: UInt16)
  /// A Unix socket: a path, or an abstract name with @ in front.
  case unix(String)
  /// A descriptor that was inherited.
  case descriptor(Int32)
  /// Standard input and standard output.
  case standardStreams
  /// In memory: a name within the process; empty for an end that answers with what it gets.
  case memory(String)

  /// The forms of addresses, for a help page and for errors.
  package static let forms: [(form: String, summary: String)] = [
    ("HOST:PORT", "a name or an IPv4 address; port 0 lets the system choose"),
    ("[IPV6]:PORT", "an IPv6 address"),
    (
      ":PORT",
      "every address of this machine, or 127.0.0.1 for a listener that does not encrypt; as a target, 127.0.0.1"
    ),
    ("unix:PATH", "a Unix socket"),
    ("unix:@NAME", "an abstract Unix socket"),
    ("fd:N", "an inherited descriptor: a listener's, or a connection"),
    ("stdio", "standard input and output, for one connection"),
    ("mem, mem:NAME", "in memory: an echo, or a place of that name in this process; for tests"),
  ]

  static let hint = "an address is HOST:PORT, [IPV6]:PORT, :PORT, unix:PATH, unix:@NAME, fd:N, stdio or mem"

  /// Reads an address.
  package init(_ text: String) throws(ValueProblem) {
    if text == "stdio" || text == "-" {
      self = .standardStreams
    } else if text == "mem" || text.hasPrefix("mem:") {
      self = .memory(String(text.dropFirst(4)))
    } else if text.hasPrefix("unix:") {
      self = .unix(try Self.path(String(text.dropFirst(5))))
    } else if text.hasPrefix("fd:") {
      guard let number = Int32(text.dropFirst(3)), number >= 0 else {
        throw ValueProblem("\"\(text)\" names no descriptor", hint: "write fd:3")
      }
      self = .descriptor(number)
    } else {
      self = try Self.network(text)
    }
  }

  private static func path(_ path: String) throws(ValueProblem) -> String {
    guard !path.isEmpty, path != "@" else {
      throw ValueProblem("unix: names no path", hint: "write unix:/run/store.sock")
    }
    guard path.utf8.count < 108 else {
      throw ValueProblem(
        "the path of a Unix socket has 107 bytes at most, and this one \(path.utf8.count)", hint: "use a shorter path")
    }
    return path
  }

  private static func network(_ text: String) throws(ValueProblem) -> Address {
    guard let colon = text.lastIndex(of: ":") else {
      let isPort = !text.isEmpty && text.allSatisfy(\.isNumber)
      throw ValueProblem(
        "\"\(text)\" has no port", hint: isPort ? "write :\(text)" : "write \(text):443, or another port")
    }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
      throw ValueProblem("\"\(digits)\" is no port", hint: "ports go from 0 to 65535")
    }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard host.contains(":") else { throw ValueProblem("\"\(host)\" is no IPv6 address", hint: hint) }
    } else if host.contains(":") {
      throw ValueProblem("\"\(host)\" has more than one colon", hint: "write an IPv6 address as [\(host)]:\(port)")
    }
    guard host.utf8.count <= 253 else { throw ValueProblem("the name of a host has 253 bytes at most", hint: hint) }
    return .network(host: host, port: port)
  }
}

extension Address: CustomStringConvertible {
  /// The text that `init` reads.
  package var description: String {
    switch self {
    case .network(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    case .descriptor(let number): "fd:\(number)"
    case .standardStreams: "stdio"
    case .memory(let name): name.isEmpty ? "mem" : "mem:\(name)"
    }
  }

  /// What it is, for an explanation.
  var explanation: String {
    switch self {
    case .network: "tcp \(self)"
    case .unix: "\(self)"
    case .descriptor: "\(self)  an inherited descriptor"
    case .standardStreams: "stdio  standard input and output"
    case .memory(let name): name.isEmpty ? "mem  an echo in memory" : "\(self)  in memory"
    }
  }
}
