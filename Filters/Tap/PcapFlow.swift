public import Sluice

/// A connection in a capture file: the sink of one tap. Made by `PcapFile.flow`.
public final class PcapFlow: TapSink {
  private let capture: PcapFile
  private let isAccepted: Bool
  private var local: Side
  private var remote: Side

  /// An end of the connection, and what it sent so far.
  private struct Side {
    let endpoint: PcapEndpoint
    var sequence: UInt32 = 0
    var hasFinished = false
  }

  /// A packet holds no more, so that its length fits into the IPv4 header.
  private static let largestPayload = 65_495

  init(_ capture: PcapFile, local: PcapEndpoint, remote: PcapEndpoint, isAccepted: Bool) {
    self.capture = capture
    self.isAccepted = isAccepted
    self.local = Side(endpoint: local)
    self.remote = Side(endpoint: remote)
  }

  /// Writes the three packets that open a connection.
  public func began(at time: EventBase.Instant) throws {
    let opener: Directions = isAccepted ? .read : .write
    let other: Directions = isAccepted ? .write : .read
    try send(.syn, opener, at: time)
    try send([.syn, .ack], other, at: time)
    try send(.ack, opener, at: time)
  }

  /// Writes packets with what passes, in which the bytes behind the file's record limit are missing.
  public func passed(_ bytes: borrowing EventBuffer, _ count: Int, at point: TapPoint) throws {
    var offset = 0
    while offset < count {
      let length = min(count - offset, Self.largestPayload)
      let shown = min(length, max(capture.recordLimit - offset, 0))
      try send(
        [.push, .ack], point.direction, bytes.bytes(from: offset, upTo: shown), missing: length - shown, at: point.time)
      offset += length
    }
  }

  /// Writes the packet that ends a direction, and the one that acknowledges it.
  public func ended(at point: TapPoint) throws {
    try send([.finish, .ack], point.direction, at: point.time)
    try send(.ack, point.direction == .write ? .read : .write, at: point.time)
  }

  /// Writes the packet of a reset, where what this side sends did not end in order.
  public func closed(at time: EventBase.Instant) throws {
    if !local.hasFinished { try send([.reset, .ack], .write, at: time) }
    try flush()
  }

  /// Whether the file holds something back.
  public var isBuffering: Bool { capture.file.isBuffering }

  /// Writes what the file holds back.
  public func flush() throws { try capture.file.flush() }

  private func send(
    _ flags: TCPFlags, _ direction: Directions, _ payload: [UInt8] = [], missing: Int = 0, at time: EventBase.Instant
  ) throws {
    let (from, to) = direction == .write ? (local, remote) : (remote, local)
    let packet = PcapPacket(
      from: from.endpoint, to: to.endpoint, sequence: from.sequence,
      acknowledged: flags.contains(.ack) ? to.sequence : 0, flags: flags)
    let isCounted = flags.contains(.syn) || flags.contains(.finish)
    advance(direction, by: payload.count + missing + (isCounted ? 1 : 0), isFinished: flags.contains(.finish))
    try capture.write(packet.bytes(payload, missing: missing), missing: missing, at: time)
  }

  private func advance(_ direction: Directions, by count: Int, isFinished: Bool) {
    let side = direction == .write ? \PcapFlow.local : \PcapFlow.remote
    self[keyPath: side].sequence &+= UInt32(truncatingIfNeeded: count)
    if isFinished { self[keyPath: side].hasFinished = true }
  }
}
