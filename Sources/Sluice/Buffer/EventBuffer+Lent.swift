// Memory of a caller's that stands in a buffer for as long as a call lasts.
extension EventBuffer {
  /// Appends bytes that are only read; `keepLent` follows before the call ends.
  mutating func appendLent(_ segment: SegmentPointer) {
    let (original, added) = (count, segment.pointee.count)
    pool?.pointee.adopt(1)
    link(segment)
    count += added
    changed(from: original, added: added, removed: 0)
  }

  /// Copies what is left of the lent bytes at the front. O(n) of what is left.
  mutating func keepLent() {
    guard let segment = head, Segment.isLent(segment) else { return }
    let (rest, last, others) = (segment.pointee.next, tail, count - segment.pointee.count)
    (head, tail, count) = (nil, nil, 0)
    copyIn(segment.pointee.readable)
    release(segment)
    if let rest {
      if let tail { tail.pointee.next = rest } else { head = rest }
      (tail, count) = (last, count + others)
    }
    verify()
  }

  /// Has what is appended to this buffer, which is empty, go into lent memory first; `takeBack` follows before the call ends.
  mutating func lendRoom(_ segment: SegmentPointer) {
    pool?.pointee.adopt(1)
    link(segment)
  }

  /// Takes lent memory out again, with the bytes that are in it.
  ///
  /// - Returns: their number.
  mutating func takeBack(_ segment: SegmentPointer) -> Int {
    guard head == segment else { return 0 }
    let taken = segment.pointee.count
    count -= taken
    dropHead(segment)
    verify()
    return taken
  }
}
