import Sluice

/// Finds a header at the front of a connection, and takes it apart.
enum ProxyHeaderParser {
  struct Found: Equatable {
    let header: ProxyHeader
    let version: ProxyHeader.Version
    /// Its bytes on the wire.
    let length: Int
  }

  static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
  static let beginning = [UInt8]("PROXY ".utf8)
  static let longestLine = 107
  static let longest = 16 + 65_535

  /// The header at the front of a buffer, which stays there; nil, where it is not whole yet. Looks at no more than the first 107
  /// bytes until all of a header is there.
  static func header(of source: borrowing EventBuffer, limit: Int) throws(ProxyProtocolError) -> Found? {
    let first = source.bytes(upTo: 16)
    if first.starts(with: signature.prefix(first.count)) {
      return try version2(source, first, limit: limit)
    }
    guard first.starts(with: beginning.prefix(first.count)) else {
      throw .noHeader(beginsWith: escaped(first))
    }
    guard let length = try lineLength(source) else { return nil }
    let line = String(decoding: source.bytes(upTo: length - 2), as: UTF8.self)
    return Found(header: try ProxyHeader(line: line), version: .v1, length: length)
  }

  /// The length of the line with its end; nil, where that is not there yet.
  private static func lineLength(_ source: borrowing EventBuffer) throws(ProxyProtocolError) -> Int? {
    let start = source.bytes(upTo: longestLine)
    guard let end = start.firstIndex(where: { $0 == 0x0D || $0 == 0x0A }), end < longestLine - 1 else {
      if start.count == longestLine { throw .malformed("its line does not end within \(longestLine) bytes") }
      return nil
    }
    if start[end] == 0x0A { throw .malformed("its line ends with LF alone") }
    if end + 1 == start.count { return nil }
    if start[end + 1] != 0x0A { throw .malformed("its line has a CR inside") }
    return end + 2
  }

  private static func version2(
    _ source: borrowing EventBuffer, _ first: [UInt8], limit: Int
  ) throws(ProxyProtocolError) -> Found? {
    if first.count > 12, first[12] >> 4 != 2 { throw .malformed("its version is \(first[12] >> 4), and not 2") }
    if first.count > 12, first[12] & 15 > 1 { throw .malformed("its command is \(first[12] & 15)") }
    // Of a connection of the proxy's own the family is to be ignored.
    if first.count > 13, first[12] & 15 == 1, first[13] >> 4 > 3 || first[13] & 15 > 2 {
      throw .malformed("its family and protocol are 0x\(String(first[13], radix: 16))")
    }
    guard first.count == 16 else { return nil }
    let length = 16 + Int(first[14]) << 8 + Int(first[15])
    guard length <= limit else { throw .tooLong(length, limit: limit) }
    guard source.count >= length else { return nil }
    let header = try ProxyHeader(bytes: source.bytes(upTo: length))
    return Found(header: header, version: .v2, length: length)
  }

  private static func escaped(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      (0x20...0x7E).contains(byte) && byte != 0x22 && byte != 0x5C
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
