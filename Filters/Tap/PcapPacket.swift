struct TCPFlags: OptionSet {
  let rawValue: UInt8
  static let finish = TCPFlags(rawValue: 1)
  static let syn = TCPFlags(rawValue: 2)
  static let reset = TCPFlags(rawValue: 4)
  static let push = TCPFlags(rawValue: 8)
  static let ack = TCPFlags(rawValue: 16)
}

/// The headers of a packet: IPv4 (RFC 791) and TCP (RFC 9293). The checksum of TCP is 0, as it is where a network card is to fill
/// it in.
struct PcapPacket {
  let from: PcapEndpoint
  let to: PcapEndpoint
  let sequence: UInt32
  let acknowledged: UInt32
  let flags: TCPFlags

  /// The packet with its payload, of which `missing` bytes at the end are only counted.
  func bytes(_ payload: [UInt8], missing: Int) -> [UInt8] {
    // Windows that are scaled to a gigabyte never look full.
    let options: [UInt8] = flags.contains(.syn) ? [3, 3, 14, 1] : []
    var packet = ByteWriter()
    ip(length: 40 + options.count + payload.count + missing, &packet)
    packet.big(from.port)
    packet.big(to.port)
    packet.big(sequence)
    packet.big(acknowledged)
    packet.big(UInt8((20 + options.count) / 4) << 4)
    packet.big(flags.rawValue)
    packet.big(UInt16.max)
    packet.big(0 as UInt32)
    packet.bytes += options + payload
    return packet.bytes
  }

  private func ip(length: Int, _ packet: inout ByteWriter) {
    packet.big(0x4500 as UInt16)
    packet.big(UInt16(length))
    // Not to be fragmented; 64 hops; TCP.
    packet.big(0x0000_4000 as UInt32)
    packet.big(0x4006 as UInt16)
    packet.big(0 as UInt16)
    packet.bytes += from.address + to.address
    var sum: UInt32 = 0
    for index in stride(from: 0, to: 20, by: 2) {
      sum += UInt32(packet.bytes[index]) << 8 | UInt32(packet.bytes[index + 1])
    }
    sum = (sum & 0xFFFF) + sum >> 16
    sum += sum >> 16
    packet.bytes[10] = UInt8(truncatingIfNeeded: ~sum >> 8)
    packet.bytes[11] = UInt8(truncatingIfNeeded: ~sum)
  }
}

/// Gathers integers as bytes.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func big(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.bigEndian) { bytes += $0 } }
  mutating func little(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
}
