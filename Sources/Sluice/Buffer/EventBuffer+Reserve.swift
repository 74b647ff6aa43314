extension EventBuffer {
  /// Lets `body` write up to `length` bytes in place, in one contiguous span at the end of the buffer, and keeps what it
  /// wrote. O(1) besides what `body` does; allocates a segment where the tail has too little room.
  /// libevent: `evbuffer_reserve_space` and `evbuffer_commit_space` with one extent.
  ///
  /// `body` gets a span of exactly `length` bytes, uninitialised, and appends to it; what it appended is committed even when
  /// it throws.
  ///
  /// - Throws: `EventBufferError.refusedSize` where `length` is negative or absurd; and what `body` throws.
  public mutating func reserve<Result: ~Copyable>(
    _ length: Int, _ body: (inout OutputRawSpan) throws -> Result
  ) throws -> Result {
    let segment = try reserveTail(length)
    let area = UnsafeMutableRawBufferPointer(start: segment.pointee.storage + segment.pointee.end, count: length)
    var span = OutputRawSpan(buffer: area, initializedCount: 0)
    do {
      let result = try body(&span)
      commit(span.finalize(for: area), in: segment)
      return result
    } catch {
      commit(span.finalize(for: area), in: segment)
      throw error
    }
  }

  /// Lets `body` write in place through a pointer: all the room of the tail, at least `minimum` bytes of it.
  /// O(1) besides what `body` does.
  ///
  /// - Parameters:
  ///   - minimum: bytes of room that are needed.
  ///   - body: gets the room and returns how many bytes it wrote from its start on; more than it was given is cut to that.
  /// - Returns: the number of bytes that were committed.
  /// - Throws: `EventBufferError.refusedSize` where `minimum` is negative or absurd; and what `body` throws, with nothing
  ///   committed.
  @discardableResult
  public mutating func withRoom(
    atLeast minimum: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws -> Int {
    let segment = try reserveTail(minimum)
    let area = UnsafeMutableRawBufferPointer(
      start: segment.pointee.storage + segment.pointee.end, count: segment.pointee.room)
    do {
      let written = min(max(try body(area), 0), area.count)
      commit(written, in: segment)
      return written
    } catch {
      commit(0, in: segment)
      throw error
    }
  }

  /// A tail with `length` contiguous bytes of room. It may still be empty: `commit` or `dropUnused` follows.
  mutating func reserveTail(_ length: Int) throws(EventBufferError) -> SegmentPointer {
    try Self.check(length, over: count)
    if let tail, tail.pointee.room >= length, tail.pointee.room > 0 { return tail }
    let wanted = max(length, 1, min(count, SegmentPool.largestPayload))
    let segment = try takeIfPossible(holding: wanted)
    link(segment)
    return segment
  }

  /// Counts `written` bytes behind the end of the tail `segment`; takes the segment off again where it stays empty.
  mutating func commit(_ written: Int, in segment: SegmentPointer) {
    guard written > 0 else {
      if segment.pointee.count == 0 { unlinkTail(segment) }
      return
    }
    let original = count
    segment.pointee.end += written
    count += written
    changed(from: original, added: written, removed: 0)
  }

  /// Takes the last segment off the chain and frees it. O(segments).
  private mutating func unlinkTail(_ segment: SegmentPointer) {
    if head == segment {
      head = nil
      tail = nil
    } else {
      var before = head
      while let candidate = before, candidate.pointee.next != segment { before = candidate.pointee.next }
      before?.pointee.next = nil
      tail = before
    }
    release(segment)
  }

  /// Half of the address space: an allocation above it fails, or traps, and no caller means it.
  static var largestAllocation: Int { 1 << 46 }

  /// Refuses a length that is negative, or that would make the buffer longer than it may be or memory can be.
  static func check(_ length: Int, over count: Int) throws(EventBufferError) {
    guard length >= 0, length <= largestAllocation, length <= maximumCount - count else {
      throw .refusedSize(length)
    }
  }
}
