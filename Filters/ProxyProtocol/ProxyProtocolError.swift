public import Sluice

/// Why a connection's PROXY header was refused. Comes as the `.filter` reason of a `StreamError`; not a byte of the connection
/// was delivered.
public enum ProxyProtocolError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The connection begins with something else; the first bytes of it, those not printable escaped.
  case noHeader(beginsWith: String)
  /// The header is longer than is accepted.
  case tooLong(Int, limit: Int)
  /// The header is not as the specification has it; what is wrong with it.
  case malformed(String)
  /// The header's checksum is not that of its bytes.
  case badChecksum(claimed: UInt32, computed: UInt32)
  /// The connection ended before the header did, after so many bytes.
  case cutOff(after: Int)
  /// The header was not complete in time; so many of its bytes had come.
  case timedOut(Duration, after: Int)

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .noHeader(let beginning):
      "the connection begins with \"\(beginning)\", not with a PROXY header: have the sender send one, or connect elsewhere"
    case .tooLong(let length, let limit):
      "the PROXY header is \(length) bytes long, more than the \(limit) that are accepted"
    case .malformed(let what): "the PROXY header is malformed: \(what)"
    case .badChecksum(let claimed, let computed):
      "the PROXY header's checksum is 0x\(String(claimed, radix: 16)), and 0x\(String(computed, radix: 16)) that of its bytes"
    case .cutOff(0): "the connection ended without a PROXY header"
    case .cutOff(let count): "the connection ended in the middle of its PROXY header, after \(count) bytes"
    case .timedOut(let limit, 0): "no PROXY header came within \(limit)"
    case .timedOut(let limit, let count): "only \(count) bytes of the PROXY header came within \(limit)"
    }
  }
}

extension ProxyProtocolError {
  /// Whether there may be no header at all.
  var isOfNoHeader: Bool {
    switch self {
    case .noHeader, .cutOff: true
    default: false
    }
  }
}

/// Why a PROXY header cannot be written.
public enum ProxyHeaderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The addresses are not of one family.
  case differentFamilies(source: SocketAddress, destination: SocketAddress)
  /// Version 1 has no values.
  case valuesNeedVersion2
  /// A value is longer than 65,535 bytes, or a unique ID longer than 128.
  case valueTooLong(ProxyValue.Kind, count: Int)
  /// All of it is longer than the format can say.
  case tooLong(Int)
  /// A kind of value that the writer makes by itself.
  case reserved(ProxyValue.Kind)

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .differentFamilies(let source, let destination):
      "a PROXY header cannot go from \(source) to \(destination): both have to be IPv4, IPv6, or Unix addresses"
    case .valuesNeedVersion2: "version 1 of the PROXY header has no values: use version 2"
    case .valueTooLong(let kind, let count):
      "the value \(kind) of \(count) bytes is too long: \(kind == .uniqueID ? 128 : 65_535) bytes fit"
    case .tooLong(let count): "a PROXY header with \(count) bytes behind its first 16 is too long: 65,535 fit"
    case .reserved(let kind): "the value \(kind) is made by the writer: leave it out"
    }
  }
}
