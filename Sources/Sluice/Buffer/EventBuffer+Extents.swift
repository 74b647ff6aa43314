extension EventBuffer {
  /// Lets `body` write in place into several pieces of room, for a call that scatters, such as `readv`: the tail's room
  /// first, then fresh segments. No byte is moved to make room. O(extents) besides what `body` does.
  /// libevent: `evbuffer_reserve_space` and `evbuffer_commit_space` with two or more extents.
  ///
  /// - Parameters:
  ///   - minimum: bytes of room that are needed over all the pieces.
  ///   - maximum: how many pieces to use at most; cut to 1...64. Where they do not suffice, the last is made longer.
  ///   - body: gets the pieces, none of them empty, and returns how many bytes it wrote, filling one after the other;
  ///     more than it was given is cut to that.
  /// - Returns: the number of bytes that were committed.
  /// - Throws: `EventBufferError.refusedSize` where `minimum` is negative or absurd; and what `body` throws. Nothing is
  ///   committed then.
  @discardableResult
  public mutating func withExtents(
    atLeast minimum: Int, maximum: Int = 2,
    _ body: (UnsafeBufferPointer<UnsafeMutableRawBufferPointer>) throws -> Int
  ) throws -> Int {
    try Self.check(minimum, over: count)
    let limit = min(max(maximum, 1), 64)
    return try withUnsafeTemporaryAllocation(of: UnsafeMutableRawBufferPointer.self, capacity: limit) { extents in
      var used = 0
      // The new segments are a buffer of their own until they hold something: whatever is thrown, they go with it.
      var fresh = Extents(pool: pool)
      if let tail, tail.pointee.room > 0, limit > 1 || tail.pointee.room >= minimum {
        extents.initializeElement(at: used, to: Self.room(of: tail))
        used += 1
      }
      var left = minimum - (used > 0 ? extents[0].count : 0)
      while left > 0 || used == 0 {
        let isLast = used == limit - 1
        let wanted = max(isLast ? left : min(left, SegmentPool.largestPayload), 1)
        let segment = try takeIfPossible(holding: max(wanted, min(count, SegmentPool.largestPayload)))
        fresh.link(segment)
        extents.initializeElement(at: used, to: Self.room(of: segment))
        left -= segment.pointee.room
        used += 1
      }
      let given = UnsafeBufferPointer(rebasing: extents[..<used])
      let room = given.reduce(0) { $0 + $1.count }
      let written = min(max(try body(given), 0), room)
      commit(written, tailRoom: used > fresh.count ? given[0].count : 0, &fresh)
      return written
    }
  }

  private mutating func commit(_ written: Int, tailRoom: Int, _ fresh: inout Extents) {
    guard written > 0 else { return }
    let original = count
    var left = written
    if let tail, tailRoom > 0 {
      let step = min(left, tailRoom)
      tail.pointee.end += step
      left -= step
    }
    while left > 0, let segment = fresh.unlinkFirst() {
      let step = min(left, segment.pointee.room)
      segment.pointee.end += step
      left -= step
      link(segment)
    }
    count += written
    changed(from: original, added: written, removed: 0)
  }

  private static func room(of segment: SegmentPointer) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: segment.pointee.storage + segment.pointee.end, count: segment.pointee.room)
  }

  /// Segments that are still empty, so in no buffer's chain; those that are left go back to their pool.
  private struct Extents: ~Copyable {
    private var chain: EventBuffer
    private(set) var count = 0

    init(pool: SegmentPool.Pointer?) { chain = EventBuffer(pool: pool) }

    mutating func link(_ segment: SegmentPointer) {
      chain.link(segment)
      count += 1
    }

    mutating func unlinkFirst() -> SegmentPointer? {
      guard let first = chain.head else { return nil }
      chain.head = first.pointee.next
      if chain.head == nil { chain.tail = nil }
      first.pointee.next = nil
      return first
    }
  }
}
