extension EventBuffer {
  /// Appends memory of the caller's without copying it, and calls `cleanUp` once, when its last byte has been read or
  /// drained and no other buffer shares it; at once, where it is empty. O(1), two allocations. The memory must not
  /// change until then, and is never written to. libevent: `evbuffer_add_reference`.
  ///
  /// `cleanUp` runs in the middle of whatever lets the memory go, so it must not touch the buffer it was in.
  ///
  /// - Throws: `EventBufferError.refusedSize` where the buffer would become longer than a buffer may be. Then `cleanUp` is
  ///   never called: the memory stays the caller's.
  public mutating func append(
    foreign memory: UnsafeRawBufferPointer, cleanUp: @escaping () -> Void
  ) throws(EventBufferError) {
    try append(foreign: memory, from: 0, cleanUp: cleanUp)
  }

  /// Appends a part of memory of the caller's, otherwise as `append(foreign:cleanUp:)`.
  /// libevent: `evbuffer_add_reference_with_offset`.
  ///
  /// - Parameters:
  ///   - memory: all of it, as `cleanUp` will release it.
  ///   - offset: where the part begins.
  ///   - length: how many bytes it has, at most.
  ///   - cleanUp: called once, when nothing reads the part any more.
  /// - Throws: `EventBufferError.refusedSize` where `offset` is outside `memory`, `length` is negative, or the buffer would
  ///   become longer than a buffer may be. Then `cleanUp` is never called: the memory stays the caller's.
  public mutating func append(
    foreign memory: UnsafeRawBufferPointer, from offset: Int, upTo length: Int = .max, cleanUp: @escaping () -> Void
  ) throws(EventBufferError) {
    guard offset >= 0, offset <= memory.count else { throw .refusedSize(offset) }
    guard length >= 0 else { throw .refusedSize(length) }
    let wanted = min(length, memory.count - offset)
    guard wanted <= Self.maximumCount - count else { throw .refusedSize(wanted) }
    guard wanted > 0, let start = memory.baseAddress else { return cleanUp() }
    let original = count
    lend(
      SharedStorage(storage: UnsafeMutableRawPointer(mutating: start), cleanUp: cleanUp), start: offset, count: wanted)
    changed(from: original, added: wanted, removed: 0)
  }
}
