extension EventBuffer {
  /// The order of an integer's bytes.
  public enum Endianness: Sendable, CaseIterable {
    /// The most significant byte first, as network protocols have it.
    case big
    /// The least significant byte first.
    case little
  }

  /// Appends the bytes of `value`, `MemoryLayout<T>.size` of them. O(1). libevent: `evbuffer_add` of a swapped integer.
  public mutating func appendInteger<T: FixedWidthInteger & BitwiseCopyable>(
    _ value: T, endianness: Endianness = .big
  ) {
    let stored = endianness == .big ? value.bigEndian : value.littleEndian
    withUnsafeBytes(of: stored) { appendBytes($0) }
  }

  /// Takes an integer off the front; nil, with nothing taken, where the buffer holds too few bytes. O(1).
  /// libevent: `evbuffer_remove` into an integer.
  public mutating func readInteger<T: FixedWidthInteger & BitwiseCopyable>(
    as type: T.Type = T.self, endianness: Endianness = .big
  ) -> T? {
    guard let value = peekInteger(at: 0, as: type, endianness: endianness) else { return nil }
    drain(MemoryLayout<T>.size)
    return value
  }

  /// The integer at an offset, which stays where it is; nil where the buffer ends before it does, or `offset` is negative.
  /// O(segments before it). libevent: `evbuffer_copyout_from` into an integer.
  ///
  /// - Parameters:
  ///   - offset: where its first byte is; it need not be aligned.
  ///   - type: its type.
  ///   - endianness: the order of its bytes.
  /// - Returns: the integer in the machine's own order.
  public func peekInteger<T: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int = 0, as type: T.Type = T.self, endianness: Endianness = .big
  ) -> T? {
    let size = MemoryLayout<T>.size
    guard offset >= 0, offset <= count, size <= count - offset else { return nil }
    var stored: T = 0
    if let head, offset <= head.pointee.count, size <= head.pointee.count - offset {
      stored = head.pointee.bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
    } else {
      withUnsafeMutableBytes(of: &stored) { _ = copy(into: $0, from: offset) }
    }
    return endianness == .big ? T(bigEndian: stored) : T(littleEndian: stored)
  }
}
