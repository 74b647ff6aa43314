import Sluice

// Version 2: binary.
extension ProxyHeader {
  /// Reads a whole header, whose first 16 bytes were found good.
  init(bytes: [UInt8]) throws(ProxyProtocolError) {
    self = .unknown
    isLocal = bytes[12] & 15 == 0
    let (family, kind) = (bytes[13] >> 4, Transport(rawValue: bytes[13] & 15))
    // Such a block is to be skipped, whatever is in it.
    guard !isLocal, family != 0, let kind else { return }
    transport = kind
    let size = family == 1 ? 12 : family == 2 ? 36 : 216
    guard bytes.count >= 16 + size else {
      throw .malformed("its addresses need \(size) bytes, and it has \(bytes.count - 16)")
    }
    let block = bytes[16..<16 + size]
    let length = family == 3 ? 108 : family == 2 ? 16 : 4
    let (from, to) = (Array(block.prefix(length)), Array(block.dropFirst(length).prefix(length)))
    if family == 3 {
      (source, destination) = (Self.unix(from), Self.unix(to))
    } else {
      let ports = Array(block.suffix(4))
      source = SocketAddress(ipBytes: from, port: UInt16(ports[0]) << 8 | UInt16(ports[1]))
      destination = SocketAddress(ipBytes: to, port: UInt16(ports[2]) << 8 | UInt16(ports[3]))
    }
    try readValues(bytes, from: 16 + size)
  }

  private mutating func readValues(_ bytes: [UInt8], from start: Int) throws(ProxyProtocolError) {
    var checksumOffset: Int?
    var offset = start
    for value in try ProxyValue.all(in: bytes[start...]) {
      offset += 3
      switch value.kind {
      case .padding: break
      case .checksum:
        guard value.bytes.count == 4, checksumOffset == nil else {
          throw .malformed("it has more than one checksum, or one that is not of 4 bytes")
        }
        checksumOffset = offset
      default:
        if value.kind == .uniqueID, value.bytes.count > 128 {
          throw .malformed("its unique ID has \(value.bytes.count) bytes, and 128 are allowed")
        }
        if value.kind == .tls { _ = try ProxyTLSInfo(bytes: value.bytes) }
        values.append(value)
      }
      offset += value.bytes.count
    }
    guard let place = checksumOffset else { return }
    var checked = bytes
    let claimed = checked[place..<place + 4].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
    for index in place..<place + 4 { checked[index] = 0 }
    let computed = CRC32C.checksum(of: checked)
    guard claimed == computed else { throw .badChecksum(claimed: claimed, computed: computed) }
  }

  /// A path that is filled up with zeros, or an abstract name behind a zero; nil for no name at all.
  private static func unix(_ bytes: [UInt8]) -> SocketAddress? {
    let isAbstract = bytes[0] == 0
    let name = bytes.dropFirst(isAbstract ? 1 : 0).prefix { $0 != 0 }
    return SocketAddress("unix:" + (isAbstract ? "@" : "") + String(decoding: name, as: UTF8.self))
  }

  /// The header as bytes.
  func binary(withChecksum: Bool) throws(ProxyHeaderError) -> [UInt8] {
    var block: [UInt8] = []
    var family: UInt8 = 0
    if !isLocal, let pair = try addresses() {
      (family, block) = Self.encoded(pair)
      family |= transport.rawValue
    }
    for value in values {
      if value.kind == .checksum || value.kind == .padding { throw .reserved(value.kind) }
      guard value.bytes.count <= (value.kind == .uniqueID ? 128 : 65_535) else {
        throw .valueTooLong(value.kind, count: value.bytes.count)
      }
      block += value.encoded
    }
    if withChecksum { block += ProxyValue(.checksum, [0, 0, 0, 0]).encoded }
    guard block.count <= 65_535 else { throw .tooLong(block.count) }
    var bytes = ProxyHeaderParser.signature
    bytes += [isLocal ? 0x20 : 0x21, family, UInt8(block.count >> 8), UInt8(block.count & 255)]
    bytes += block
    guard withChecksum else { return bytes }
    let checksum = withUnsafeBytes(of: CRC32C.checksum(of: bytes).bigEndian) { Array($0) }
    return bytes.dropLast(4) + checksum
  }

  private static func encoded(_ pair: Addresses) -> (family: UInt8, [UInt8]) {
    guard let from = pair.source.ipBytes, let to = pair.destination.ipBytes else {
      return (0x30, path(of: pair.source) + path(of: pair.destination))
    }
    let ports = [pair.source.port ?? 0, pair.destination.port ?? 0].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    return (from.count == 4 ? 0x10 : 0x20, from + to + ports)
  }

  private static func path(of address: SocketAddress) -> [UInt8] {
    var path = Array(address.description.utf8.dropFirst("unix:".utf8.count).prefix(108))
    if path.first == UInt8(ascii: "@") { path[0] = 0 }
    return path + [UInt8](repeating: 0, count: 108 - path.count)
  }
}

extension ProxyValue {
  /// The value with its kind and length.
  var encoded: [UInt8] { [kind.rawValue, UInt8(bytes.count >> 8 & 255), UInt8(bytes.count & 255)] + bytes }

  /// The values that fill some bytes.
  static func all(in bytes: ArraySlice<UInt8>) throws(ProxyProtocolError) -> [ProxyValue] {
    var values: [ProxyValue] = []
    var rest = bytes
    while let kind = rest.first.map(Kind.init(rawValue:)) {
      guard rest.count >= 3 else { throw .malformed("\(rest.count) bytes are left behind its values") }
      let length = Int(rest[rest.startIndex + 1]) << 8 | Int(rest[rest.startIndex + 2])
      rest = rest.dropFirst(3)
      guard length <= rest.count else {
        throw .malformed("its value \(kind) claims \(length) bytes, and \(rest.count) are left")
      }
      values.append(ProxyValue(kind, Array(rest.prefix(length))))
      rest = rest.dropFirst(length)
    }
    return values
  }
}
