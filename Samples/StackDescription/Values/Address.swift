package import Sluice

/// Where a chain begins: what is listened at, or connected to.
package enum Address: Equatable, Sendable {
  /// A network address, a name with a port, or a Unix socket.
  case endpoint(Endpoint)
  /// A port of this machine, at whatever of its addresses fits.
  case port(UInt16)
  /// A descriptor that was inherited.
  case descriptor(Int32)
  /// Standard input and standard output.
  case standardStreams
  /// In memory: a name within the process; empty for an end that answers with what it gets.
  case memory(String)

  /// The forms of addresses, for a help page.
  package static let forms: [(form: String, summary: String)] = [
    ("HOST:PORT", "a name or an IPv4 address; port 0 lets the system choose"),
    ("[IPV6]:PORT", "an IPv6 address"),
    (":PORT", "this machine: all addresses for a listener that encrypts"),
    ("unix:PATH", "a Unix socket"),
    ("unix:@NAME", "an abstract Unix socket"),
    ("fd:N", "an inherited descriptor: a listener's, or a connection"),
    ("stdio", "standard input and output, for one connection"),
    ("mem, mem:NAME", "an echo in memory, or a place in this process"),
  ]

  static let hint = "an address is HOST:PORT, [IPV6]:PORT, :PORT, unix:PATH, unix:@NAME, fd:N, stdio or mem"

  /// Reads an address.
  package init(_ text: String) throws(ValueProblem) {
    if text == "stdio" || text == "-" {
      self = .standardStreams
    } else if text == "mem" || text.hasPrefix("mem:") {
      self = .memory(String(text.dropFirst(4)))
    } else if text.hasPrefix("fd:") {
      guard let number = Int32(text.dropFirst(3)), number >= 0 else {
        throw ValueProblem("\"\(text)\" names no descriptor", hint: "write fd:3")
      }
      self = .descriptor(number)
    } else {
      do throws(AddressError) {
        let endpoint = try Endpoint(text)
        if text.hasPrefix(":"), let port = endpoint.port { self = .port(port) } else { self = .endpoint(endpoint) }
      } catch {
        throw ValueProblem(error.reason, hint: Self.hint(for: text, error.problem))
      }
    }
  }

  private static func hint(for text: String, _ problem: AddressError.Problem) -> String {
    switch problem {
    case .noPort where !text.isEmpty && text.allSatisfy(\.isNumber): "write :\(text)"
    case .noPort where !text.contains(":"): "write \(text):443, or another port"
    default: hint
    }
  }

  /// The name or address of a host; nil, where there is none.
  package var host: String? {
    guard case .endpoint(let endpoint) = self else { return nil }
    return endpoint.host
  }

  /// The port; nil, where there is none.
  package var port: UInt16? {
    switch self {
    case .endpoint(let endpoint): endpoint.port
    case .port(let port): port
    case .descriptor, .standardStreams, .memory: nil
    }
  }

  /// Whether it is good for one connection only.
  package var isSingle: Bool {
    switch self {
    case .descriptor, .standardStreams: true
    case .endpoint, .port, .memory: false
    }
  }
}

extension Address: CustomStringConvertible {
  /// The text that `init` reads.
  package var description: String {
    switch self {
    case .endpoint(let endpoint): endpoint.description
    case .port(let port): ":\(port)"
    case .descriptor(let number): "fd:\(number)"
    case .standardStreams: "stdio"
    case .memory(let name): name.isEmpty ? "mem" : "mem:\(name)"
    }
  }

  /// What it is, for an explanation.
  var explanation: String {
    switch self {
    case .endpoint(let endpoint): endpoint.port == nil ? description : "tcp \(self)"
    case .port: "tcp \(self)"
    case .descriptor: "\(self)  an inherited descriptor"
    case .standardStreams: "stdio  standard input and output"
    case .memory(let name): name.isEmpty ? "mem  an echo in memory" : "\(self)  in memory"
    }
  }
}
