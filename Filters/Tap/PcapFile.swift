public import Sluice

/// A capture file that Wireshark and tshark read: what passed taps, as TCP connections with headers made up around the bytes.
///
/// The format is pcap with nanoseconds; packets begin with their IPv4 header (link type 101). Sequence and acknowledgement
/// numbers, connecting and finishing are those of a connection that lost nothing, so that streams can be followed.
///
/// ```swift
/// let capture = try PcapFile(path: "plain.pcap")
/// let event = try secured.tapped(by: capture.flow())
/// ```
public final class PcapFile {
  /// The file.
  public let file: TapFile
  /// How many bytes of the streams are recorded of what passes at once; what is left out is counted in the packet.
  let recordLimit: Int
  private let timeOffset: Duration
  private var left: Int
  private var flows = 0

  private static let linkTypeRaw: UInt32 = 101
  private static let snapLength: UInt32 = 262_144

  /// Makes the file, or empties it, and writes its header.
  ///
  /// - Parameters:
  ///   - path: where it is to be.
  ///   - recordLimit: how many bytes are recorded of what passes at once.
  ///   - totalLimit: how many bytes the packets may take in all, headers included; then nothing more is recorded.
  ///   - timeOffset: what is added to the base's time, which counts from the machine's start: the wall clock's time since 1970
  ///     less that of the base makes dates of it.
  /// - Throws: `TapFileError`, where the file cannot be made.
  public init(
    path: String, recordLimit: Int = .max, totalLimit: Int = .max, timeOffset: Duration = .zero
  ) throws(TapFileError) {
    file = try TapFile(path: path)
    (self.recordLimit, left) = (max(recordLimit, 0), max(totalLimit, 0))
    self.timeOffset = timeOffset
    var header = ByteWriter()
    header.little(0xa1b2_3c4d as UInt32)
    header.little(2 as UInt16)
    header.little(4 as UInt16)
    header.little(0 as UInt64)
    header.little(Self.snapLength)
    header.little(Self.linkTypeRaw)
    try file.append(header.bytes)
  }

  /// A connection in the file, for one tap.
  ///
  /// - Parameters:
  ///   - local: the address of the side that the tap is on. Where one of the two is not an IPv4 address, or not given, both are
  ///     made up: 10.0.0.1 with ports that count up from 49152, and 10.0.0.2:1000.
  ///   - remote: the address of the other side.
  ///   - isAccepted: whether the other side opened the connection.
  /// - Returns: the sink.
  public func flow(
    local: SocketAddress? = nil, remote: SocketAddress? = nil, isAccepted: Bool = false
  ) -> PcapFlow {
    defer { flows += 1 }
    let madeUp: (PcapEndpoint, PcapEndpoint) = (
      PcapEndpoint(address: [10, 0, 0, isAccepted ? 2 : 1], port: isAccepted ? 1_000 : port(flows)),
      PcapEndpoint(address: [10, 0, 0, isAccepted ? 1 : 2], port: isAccepted ? port(flows) : 1_000)
    )
    guard let local = local.flatMap(PcapEndpoint.init), let remote = remote.flatMap(PcapEndpoint.init) else {
      return PcapFlow(self, local: madeUp.0, remote: madeUp.1, isAccepted: isAccepted)
    }
    return PcapFlow(self, local: local, remote: remote, isAccepted: isAccepted)
  }

  private func port(_ number: Int) -> UInt16 { UInt16(49_152 + number % 16_384) }

  /// Writes a packet of which `missing` bytes at the end are left out. Does nothing where the file is full.
  func write(_ packet: [UInt8], missing: Int, at time: EventBase.Instant) throws(TapFileError) {
    let size = packet.count + 16
    guard left >= size else {
      left = 0
      return
    }
    left -= size
    let nanoseconds = max(time.advanced(by: timeOffset).nanoseconds, 0)
    var record = ByteWriter()
    record.little(UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000))
    record.little(UInt32(nanoseconds % 1_000_000_000))
    record.little(UInt32(packet.count))
    record.little(UInt32(packet.count + missing))
    try file.append(record.bytes + packet)
  }
}

@available(*, unavailable, message: "a capture file stays with the base whose taps write to it")
extension PcapFile: Sendable {}

/// One side of a connection, as packets name it.
struct PcapEndpoint {
  let address: [UInt8]
  let port: UInt16

  init(address: [UInt8], port: UInt16) { (self.address, self.port) = (address, port) }

  init?(_ address: SocketAddress) {
    guard let bytes = address.ipBytes, bytes.count == 4, let port = address.port else { return nil }
    (self.address, self.port) = (bytes, port)
  }
}
