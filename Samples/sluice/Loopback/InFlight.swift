import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What was sent and has not arrived yet: shared segments, no byte is copied.
struct InFlight: ~Copyable {
  private var sent: EventBuffer
  /// Bytes that arrived, and were what was sent.
  private(set) var confirmed = 0

  init(base: EventBase) { sent = base.makeBuffer() }

  /// Bytes on their way.
  var count: Int { sent.count }

  /// Notes what is about to be sent.
  mutating func send(_ bytes: inout EventBuffer) throws { try sent.append(sharing: &bytes) }

  /// Compares what arrived with what was sent, byte by byte, and empties it. O(n), nothing is copied.
  ///
  /// - Throws: the place of the first byte that differs, or was never sent.
  mutating func arrive(_ bytes: inout EventBuffer) throws(ToolError) {
    while !bytes.isEmpty {
      let (same, left, right) = bytes.withFirstSpan { arrived in
        sent.withFirstSpan { sent in Self.compare(arrived, sent) }
      }
      bytes.drain(same)
      sent.drain(same)
      confirmed += same
      guard let left else { continue }
      guard let right else { throw .failed("byte \(confirmed) arrived, and was never sent: a filter made it up") }
      throw .failed("byte \(confirmed) arrived as \(hex(left)), and was sent as \(hex(right)): a filter changed it")
    }
  }

  /// How many bytes at the front are the same, and the two that differ behind them. Without a second one, nothing was sent.
  private static func compare(_ arrived: RawSpan, _ sent: RawSpan) -> (same: Int, UInt8?, UInt8?) {
    guard sent.byteCount > 0 else { return (0, arrived.unsafeLoad(fromByteOffset: 0, as: UInt8.self), nil) }
    let length = min(arrived.byteCount, sent.byteCount)
    return arrived.withUnsafeBytes { left in
      sent.withUnsafeBytes { right in
        guard let (first, second) = left.baseAddress.flatMap({ a in right.baseAddress.map { (a, $0) } }),
          memcmp(first, second, length) != 0,
          let place = (0..<length).first(where: { left[$0] != right[$0] })
        else { return (length, nil, nil) }
        return (place, left[place], right[place])
      }
    }
  }
}

private func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return "0x" + (digits.count == 1 ? "0" : "") + digits
}
