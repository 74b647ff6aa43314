import Sluice
import SluiceCompression
import SluiceFaults
import SluiceProxyProtocol
import SluiceTLS

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The two ends of a connection through the proxy.
enum ProxySide: String, Sendable {
  case client, target
}

extension EndReason {
  /// What an error of one side comes to.
  init(_ error: StreamError, on side: ProxySide) {
    switch error.reason {
    case .reset: self = side == .client ? .clientReset : .targetReset
    case .peerClosed: self = side == .client ? .clientClosed : .targetClosed
    case .transport(let error): self.init(transport: error, on: side)
    case .filter(let cause): self.init(filter: cause, named: error.filter ?? "")
    case .truncated: self = .filterError("truncated")
    case .noProgress: self = .filterError("no-progress")
    case .inputFull, .outputFull: self = .filterError("too-long")
    }
  }

  private init(transport error: any Error, on side: ProxySide) {
    switch error {
    case let error as ConnectError: self.init(error.reason)
    case let error as SocketError where [ECONNRESET, EPIPE].contains(error.code):
      self = side == .client ? .clientReset : .targetReset
    case let error as SocketError where [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(error.code): self = .limit
    default: self = side == .client ? .clientLost : .targetLost
    }
  }

  private init(_ reason: ConnectError.Reason) {
    switch reason {
    case .name: self = .dns
    case .refused: self = .connectRefused
    case .timedOut: self = .connectTimeout
    case .unreachable, .noMatch, .other: self = .connectFailed
    }
  }

  private init(filter error: any Error, named name: String) {
    switch error {
    case is InjectedFault: self = .fault
    case ProxyProtocolError.timedOut: self = .handshakeTimeout
    case is ProxyProtocolError: self = .proxyHeader
    case let error as TLSError: self.init(error)
    case let error as CompressionError: self.init(error)
    default: self = .filterError(Self.word(name))
    }
  }

  private init(_ error: TLSError) {
    switch error {
    case .certificate(let error): self = error.reason == .refusedByApplication ? .notAllowed : .tlsCertificate
    case .alertReceived(let alert): self = .tlsAlert(Self.word(alert.name))
    case .plaintextHTTP, .notTLS, .oldVersion: self = .tlsNone
    case .truncated, .closedDuringHandshake: self = .tlsTruncated
    case .handshakeTimedOut: self = .handshakeTimeout
    case .protocolViolation, .handshakeTooLong, .flood, .badHost, .unusable: self = .tlsProtocol
    }
  }

  private init(_ error: CompressionError) {
    switch error.fault {
    case .expansion: self = .bomb
    case .tooManyStreams, .outOfMemory: self = .limit
    case .corrupt: self = .filterError("corrupt")
    case .wrongCheck: self = .filterError("wrong-check")
    case .wrongLength: self = .filterError("wrong-length")
    case .needsDictionary, .wrongDictionary: self = .filterError("dictionary")
    case .trailingBytes: self = .filterError("trailing-bytes")
    case .truncated: self = .filterError("truncated")
    case .refusedByLibrary: self = .filterError("library")
    }
  }

  /// A name as a word of a log line.
  static func word(_ name: String) -> String {
    let letters = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return String(letters).split(separator: "-").joined(separator: "-")
  }
}
