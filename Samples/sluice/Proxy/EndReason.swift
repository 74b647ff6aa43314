/// How a connection ended: the closed list of log lines and metrics.
enum EndReason: Equatable, Sendable, CustomStringConvertible {
  /// Both directions ended in order, the client's first.
  case clientEnd
  /// Both directions ended in order, the target's first.
  case targetEnd
  /// The client reset its connection.
  case clientReset
  /// The target reset its connection.
  case targetReset
  /// The client closed before it took everything.
  case clientClosed
  /// The target closed before it took everything.
  case targetClosed
  /// The client can be reached no more.
  case clientLost
  /// The target can be reached no more.
  case targetLost
  /// Nothing moved for as long as the idle timeout says.
  case idle
  /// A handshake, or a PROXY header, took too long.
  case handshakeTimeout
  /// The target refused the connection.
  case connectRefused
  /// The target did not answer in time.
  case connectTimeout
  /// The target could not be reached.
  case connectFailed
  /// The target's name was not found.
  case dns
  /// A TLS stream ended without its closing alert.
  case tlsTruncated
  /// The other end gave up, with this alert.
  case tlsAlert(String)
  /// A certificate was refused.
  case tlsCertificate
  /// The other end does not speak TLS, or none that is spoken here.
  case tlsNone
  /// The other end broke the protocol.
  case tlsProtocol
  /// The client is not among those that are allowed.
  case notAllowed
  /// The PROXY header is missing or wrong.
  case proxyHeader
  /// A compressed stream expands past its limits.
  case bomb
  /// A filter failed, for this reason.
  case filterError(String)
  /// A filter that misbehaves on purpose.
  case fault
  /// A limit of this process: descriptors, memory, streams.
  case limit
  /// The process stopped, and did not wait any longer.
  case drain

  /// The word without what follows its colon: a label of metrics.
  var label: String {
    switch self {
    case .clientEnd: "client-eof"
    case .targetEnd: "target-eof"
    case .clientReset: "client-reset"
    case .targetReset: "target-reset"
    case .clientClosed: "client-closed"
    case .targetClosed: "target-closed"
    case .clientLost: "client-lost"
    case .targetLost: "target-lost"
    case .idle: "idle"
    case .handshakeTimeout: "handshake-timeout"
    case .connectRefused: "connect-refused"
    case .connectTimeout: "connect-timeout"
    case .connectFailed: "connect-failed"
    case .dns: "dns"
    case .tlsTruncated: "tls-truncated"
    case .tlsAlert: "tls-alert"
    case .tlsCertificate: "tls-certificate"
    case .tlsNone: "tls-none"
    case .tlsProtocol: "tls-protocol"
    case .notAllowed: "not-allowed"
    case .proxyHeader: "proxy-header"
    case .bomb: "bomb"
    case .filterError: "filter-error"
    case .fault: "fault"
    case .limit: "limit"
    case .drain: "drain"
    }
  }

  /// The word, as a log line has it.
  var description: String {
    switch self {
    case .tlsAlert(let name), .filterError(let name): "\(label):\(name)"
    default: label
    }
  }

  /// Whether the stream came to its end as its ends meant it to.
  var isOrderly: Bool { self == .clientEnd || self == .targetEnd }

  /// All words, for a help page.
  static var words: [String] {
    let all: [EndReason] = [
      .clientEnd, .targetEnd, .clientReset, .targetReset, .clientClosed, .targetClosed, .clientLost, .targetLost, .idle,
      .handshakeTimeout, .connectRefused, .connectTimeout, .connectFailed, .dns, .tlsTruncated, .tlsAlert("NAME"),
      .tlsCertificate, .tlsNone, .tlsProtocol, .notAllowed, .proxyHeader, .bomb, .filterError("REASON"), .fault, .limit,
      .drain,
    ]
    return all.map(\.description)
  }
}
