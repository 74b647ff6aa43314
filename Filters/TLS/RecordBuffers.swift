internal import COpenSSL

/// The connections of a context that hold buffers for records: a few at a time, so that thousands that idle hold none,
/// while those that are busy keep theirs. A ring in which who was used since the hand came by is passed over once. No
/// timer, and nothing to do for a connection that is in it already.
struct RecordBuffers {
  private static let capacity = 16

  private var holders: [Unmanaged<TLSConnection>?] = []
  private var hand = 0

  /// Called for a connection that is used, and not among those here.
  mutating func enter(_ connection: TLSConnection) {
    let link = Unmanaged.passUnretained(connection)
    if holders.count < Self.capacity {
      connection.bufferSlot = Int8(holders.count)
      holders.append(link)
      return
    }
    // The second time round, nobody is passed over for having been used.
    for _ in 0..<(2 * Self.capacity) {
      let slot = hand
      hand = (hand + 1) % Self.capacity
      guard holders[slot]?._withUnsafeGuaranteedRef({ $0.givesWay() }) ?? true else { continue }
      holders[slot] = link
      connection.bufferSlot = Int8(slot)
      return
    }
  }

  /// Called when a connection ends.
  mutating func remove(_ connection: TLSConnection) {
    holders[Int(connection.bufferSlot)] = nil
  }
}

extension TLSConnection {
  /// Called with each use. The buffers are the library's: it makes them when it needs them.
  @inline(__always) func willUseBuffers() {
    if bufferSlot < 0 { context?.buffers.enter(self) } else { wasUsed = true }
  }

  /// Gives the buffers back, where they hold nothing and were not used lately.
  fileprivate func givesWay() -> Bool {
    if wasUsed || wire.pointee.output != nil {
      wasUsed = false
      return false
    }
    if isBetweenRecords { SSL_free_buffers(pointer) }
    bufferSlot = -1
    return true
  }

  /// Whether the library has read nothing that it did not give. In the middle of a record it may believe its buffer to be empty
  /// (CVE-2024-4741), so both are asked.
  var isBetweenRecords: Bool {
    guard SSL_has_pending(pointer) == 0, let state = SSL_rstate_string(pointer) else { return false }
    return state[0] == 0x52 && state[1] == 0x48  // "RH": it waits for a header.
  }
}
