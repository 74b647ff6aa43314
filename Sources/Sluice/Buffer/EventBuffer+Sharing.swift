extension EventBuffer {
  /// Appends bytes of `other` without copying them: both buffers read the same memory, which nobody writes to any more and
  /// which goes when the last of its readers has let go. O(segments), an allocation each. Sharing what is shared works the
  /// same way, as often as you like.
  ///
  /// What `other` appends next goes into a new segment. Pieces of up to 256 bytes are copied, which costs less than to
  /// share them. A small part of a segment keeps all of it in memory. Watchers of this buffer are told; those of
  /// `other` are not, as its contents stay. libevent: `evbuffer_add_buffer_reference`, which refuses to nest.
  ///
  /// - Parameters:
  ///   - other: whose bytes to share.
  ///   - offset: where to begin in it; negative or behind the end shares nothing.
  ///   - length: how many bytes to share at most.
  /// - Returns: the number of bytes appended.
  /// - Throws: `EventBufferError.refusedSize` where this buffer would become longer than a buffer may be; nothing is
  ///   appended.
  @discardableResult
  public mutating func append(
    sharing other: inout EventBuffer, from offset: Int = 0, upTo length: Int = .max
  ) throws(EventBufferError) -> Int {
    let wanted = other.clamped(length, from: offset)
    guard wanted > 0 else { return 0 }
    guard wanted <= Self.maximumCount - count else { throw .refusedSize(wanted) }
    let original = count
    var skip = offset
    var before: SegmentPointer?
    var next = other.head
    while count - original < wanted, var segment = next {
      if skip >= segment.pointee.count {
        skip -= segment.pointee.count
      } else {
        let step = min(segment.pointee.count - skip, wanted - (count - original))
        if step <= Self.copyThreshold {
          copyIn(UnsafeRawBufferPointer(start: segment.pointee.bytes + skip, count: step))
        } else {
          let (shared, owner) = other.share(segment, behind: before)
          segment = shared
          lend(owner, start: segment.pointee.start + skip, count: step)
        }
        skip = 0
      }
      before = segment
      next = segment.pointee.next
    }
    other.verify()
    changed(from: original, added: wanted, removed: 0)
    return wanted
  }

  /// A new buffer of the same base that shares bytes of this one, as `append(sharing:from:upTo:)` does; nothing is drained.
  ///
  /// - Parameters:
  ///   - offset: where to begin; negative or behind the end makes an empty buffer.
  ///   - length: how many bytes to share at most.
  /// - Returns: a buffer of these bytes.
  public mutating func slice(from offset: Int = 0, upTo length: Int = .max) -> EventBuffer {
    var slice = EventBuffer(pool: pool)
    // It starts out empty, so it cannot become longer than this one.
    _ = try? slice.append(sharing: &self, from: offset, upTo: length)
    return slice
  }

  /// Links a header that reads another's bytes behind the last segment, and counts them.
  mutating func lend(_ owner: SharedStorage, start: Int, count length: Int) {
    let header = Segment.borrow(owner, start: start, count: length)
    pool?.pointee.adopt(1)
    link(header)
    count += length
  }

  /// Puts a borrowed header in the place of an own segment, which so becomes read-only; a borrowed one stays as it is.
  private mutating func share(
    _ segment: SegmentPointer, behind before: SegmentPointer?
  ) -> (SegmentPointer, SharedStorage) {
    if let owner = segment.pointee.owner { return (segment, owner.takeUnretainedValue()) }
    // Its readers may be of any base, so in the end the memory goes to the allocator, not to a free list.
    let owner = SharedStorage(storage: segment.pointee.storage) { Segment.deallocate(segment) }
    let header = Segment.borrow(owner, start: segment.pointee.start, count: segment.pointee.count)
    header.pointee.next = segment.pointee.next
    if let before { before.pointee.next = header } else { head = header }
    if tail == segment { tail = header }
    pool?.pointee.lose(1)
    pool?.pointee.adopt(1)
    return (header, owner)
  }
}
