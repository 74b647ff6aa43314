#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why no connection was made: what was to be reached, each address that was tried, and what came of it. It comes as the reason
/// `.transport` of the event's one `.error`.
public struct ConnectError: Error, Sendable, CustomStringConvertible {
  /// What it came to, for those who only tell kinds apart.
  public enum Reason: Hashable, Sendable {
    /// The name has no address that could be tried.
    case name(ResolverError)
    /// Every address that answered refused: nothing listens there.
    case refused
    /// The deadline passed, or the system gave up waiting.
    case timedOut
    /// No way leads to any of the addresses.
    case unreachable
    /// No address is of the same kind as the local address.
    case noMatch(local: SocketAddress)
    /// Something else, which the attempts tell.
    case other

    /// What the errors of all attempts come to.
    init(_ errors: [SocketError]) {
      var kinds = Set(errors.map { Self.kind(of: $0) })
      // That one version of IP leads nowhere says little where the other one got an answer.
      if kinds.count > 1 { kinds.remove(.unreachable) }
      self = kinds.count == 1 ? kinds.first ?? .other : kinds == [.refused, .timedOut] ? .timedOut : .other
    }

    private static func kind(of error: SocketError) -> Self {
      switch (error.operation, error.code) {
      case (.connect, ECONNREFUSED): .refused
      case (.connect, ETIMEDOUT): .timedOut
      case (.connect, ENETUNREACH), (.connect, EHOSTUNREACH), (.connect, ENETDOWN), (.connect, EADDRNOTAVAIL):
        .unreachable
      default: .other
      }
    }

    /// A word for logs: `dns`, `refused`, `timeout`, `unreachable`, `local-address`, `other`.
    public var word: String {
      switch self {
      case .name: "dns"
      case .refused: "refused"
      case .timedOut: "timeout"
      case .unreachable: "unreachable"
      case .noMatch: "local-address"
      case .other: "other"
      }
    }
  }

  /// An address that was tried.
  public struct Attempt: Sendable, CustomStringConvertible {
    /// The address.
    public let address: SocketAddress
    /// What the system said; nil where it had said nothing when the deadline passed.
    public let error: SocketError?
    /// How long the attempt took.
    public let duration: Duration

    /// The address and what came of it.
    public var description: String { "\(address): \(outcome)" }

    var outcome: String { error?.reason ?? "no answer in \(duration.inWords)" }
  }

  /// What was to be reached.
  public let endpoint: Endpoint
  /// What it came to.
  public let reason: Reason
  /// The addresses that were tried, in that order.
  public let attempts: [Attempt]
  /// How many addresses were known and not tried, since the deadline came first.
  public let untried: Int
  /// How long it all took.
  public let duration: Duration

  /// What was to be reached, each address that was tried, why it failed, and what to do where that is known. One line.
  public var description: String { "connect \(endpoint): \(story)\(advice)" }

  private var story: String {
    switch reason {
    case .name(let error): return "\(error)"
    case .noMatch(let local): return "no address is of the same kind as the local address \(local)"
    default: break
    }
    if case .address = endpoint, let only = attempts.first { return only.outcome }
    if attempts.isEmpty { return "the name was not answered in \(duration.inWords)" }
    var parts = attempts.prefix(Self.mostShown).map { "\($0)" }
    if attempts.count > parts.count { parts.append("\(attempts.count - parts.count) more failed") }
    if untried > 0 { parts.append("\(untried) more not tried, for want of time") }
    return "no address answered: " + parts.joined(separator: "; ")
  }

  private static let mostShown = 8

  private var advice: String {
    switch reason {
    case .name, .noMatch: ""
    case .timedOut where attempts.isEmpty: "; check the name servers (/etc/resolv.conf), or give it more time"
    case .timedOut: "; check the address and what filters the way, or give it more time"
    default: attempts.compactMap { $0.error?.usualAdvice }.first.map { "; " + $0 } ?? ""
    }
  }
}

extension Duration {
  /// `250ms`, `9.75s`.
  var inWords: String {
    let milliseconds = wholeNanoseconds / 1_000_000
    if milliseconds < 1_000 { return "\(milliseconds)ms" }
    let hundredths = milliseconds % 1_000 / 10
    return "\(milliseconds / 1_000)" + (hundredths == 0 ? "" : ".\(hundredths < 10 ? "0" : "")\(hundredths)") + "s"
  }
}
