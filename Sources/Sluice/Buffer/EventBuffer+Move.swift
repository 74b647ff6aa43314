#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBuffer {
  /// Below this many bytes a copy into the tail is cheaper than another segment in the chain.
  static let copyThreshold = 256

  /// Moves all of `other` to the end of this buffer and leaves it empty. O(1): no byte is copied, except that a few bytes are
  /// copied where they fit behind what is here. Where the two are of different bases, O(segments).
  /// libevent: `evbuffer_add_buffer`.
  @inline(__always) public mutating func append(_ other: inout EventBuffer) {
    moveAll(of: &other)
  }

  @inline(__always) mutating func moveAll(of other: inout EventBuffer) {
    let added = other.count
    guard added > 0, let first = other.head, let last = other.tail else { return }
    let original = count
    if let tail {
      if added <= Self.copyThreshold, tail.pointee.room >= added { return moveByCopying(&other) }
      tail.pointee.next = first
    } else {
      head = first
    }
    if pool != other.pool { transferCount(of: first, from: other.pool) }
    tail = last
    count = original &+ added
    other.head = nil
    other.tail = nil
    other.count = 0
    verify()
    if watchers != nil { changed(from: original, added: added, removed: 0) }
    if other.watchers != nil { other.changed(from: added, added: 0, removed: added) }
  }

  private mutating func moveByCopying(_ other: inout EventBuffer) {
    let original = count
    let added = other.count
    var next = other.head
    while let segment = next {
      next = segment.pointee.next
      copyIn(segment.pointee.readable)
    }
    changed(from: original, added: added, removed: 0)
    other.drain()
  }

  /// Moves the first `length` bytes of `other` (all, where it has fewer; none, where negative) to the end of this buffer.
  /// O(segments moved): whole segments are moved by pointer, and at most the head of one is copied.
  /// libevent: `evbuffer_remove_buffer`.
  ///
  /// - Returns: the number of bytes moved.
  @discardableResult
  public mutating func append(upTo length: Int, from other: inout EventBuffer) -> Int {
    let all = other.count
    // Everything, into an empty buffer that nobody watches: what a filter that passes bytes on does on every hop.
    if length >= all, tail == nil, pool == other.pool, watchers == nil, other.watchers == nil {
      (head, tail, count) = (other.head, other.tail, all)
      (other.head, other.tail, other.count) = (nil, nil, 0)
      verify()
      return all
    }
    return movePart(length, of: &other)
  }

  private mutating func movePart(_ length: Int, of other: inout EventBuffer) -> Int {
    if length >= other.count {
      let all = other.count
      moveAll(of: &other)
      return all
    }
    guard length > 0 else { return 0 }
    let original = count
    let theirs = other.count
    var left = length
    while left > 0, let segment = other.head, segment.pointee.count <= left {
      other.head = segment.pointee.next
      left &-= segment.pointee.count
      if pool != other.pool { transferCount(ofOne: segment, from: other.pool) }
      link(segment)
    }
    count = original &+ (length &- left)
    if left > 0, let segment = other.head { cut(segment, at: left, of: &other) }
    other.count = theirs &- length
    changed(from: original, added: length, removed: 0)
    other.changed(from: theirs, added: 0, removed: length)
    return length
  }

  /// Moves the first `length` bytes of the other buffer's first segment, which has more: copies the smaller part.
  private mutating func cut(_ segment: SegmentPointer, at length: Int, of other: inout EventBuffer) {
    let rest = segment.pointee.count &- length
    guard rest < length, rest <= SegmentPool.largestPayload, !segment.pointee.isBorrowed, pool == other.pool else {
      copyIn(UnsafeRawBufferPointer(start: segment.pointee.bytes, count: length))
      segment.pointee.start &+= length
      return
    }
    let kept = other.take(holding: rest)
    memcpy(kept.pointee.storage, segment.pointee.bytes + length, rest)
    kept.pointee.end = rest
    kept.pointee.next = segment.pointee.next
    if other.tail == segment { other.tail = kept }
    other.head = kept
    segment.pointee.end &-= rest
    link(segment)
    count &+= length
  }

  /// Keeps the books of two pools when the chain that begins with `first` goes from a buffer of one to a buffer of the other.
  func transferCount(of first: SegmentPointer, from origin: SegmentPool.Pointer?) {
    var segments = 0
    var next: SegmentPointer? = first
    while let segment = next {
      segments += 1
      next = segment.pointee.next
    }
    pool?.pointee.adopt(segments)
    origin?.pointee.lose(segments)
  }

  private func transferCount(ofOne segment: SegmentPointer, from origin: SegmentPool.Pointer?) {
    pool?.pointee.adopt(1)
    origin?.pointee.lose(1)
  }
}
