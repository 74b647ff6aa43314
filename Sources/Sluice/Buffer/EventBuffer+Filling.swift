#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Room for system calls that read, and bytes for those that write.
extension EventBuffer {
  /// Lets `call` read up to `size` bytes into one piece of memory at the end, or `scatter` into several; where that fails,
  /// nothing is appended. Only for buffers that nobody watches.
  ///
  /// - Returns: what the call returned: how many bytes it read, less than 1 where there were none.
  @inline(__always) mutating func fill(
    upTo size: Int, _ call: (UnsafeMutableRawPointer, Int) -> Int, scatter: (UnsafeMutableBufferPointer<iovec>) -> Int
  ) -> Int {
    guard tail == nil, size <= SegmentPool.largestKept else { return fillPieces(upTo: size, scatter) }
    let segment = take(holding: size)
    let got = call(segment.pointee.storage, size)
    guard got > 0 else {
      release(segment)
      return got
    }
    segment.pointee.end = got
    link(segment)
    count = got
    verify()
    return got
  }

  /// The pieces of the largest read: the tail's room, and four large segments behind it.
  private static var mostPieces: Int { 5 }

  @inline(never) private mutating func fillPieces(
    upTo size: Int, _ scatter: (UnsafeMutableBufferPointer<iovec>) -> Int
  ) -> Int {
    withUnsafeTemporaryAllocation(of: iovec.self, capacity: Self.mostPieces) { pieces in
      var used = 0
      var left = size
      let old = tail
      if let old, old.pointee.room > 0 {
        let step = min(left, old.pointee.room)
        pieces.initializeElement(at: 0, to: iovec(iov_base: old.pointee.storage + old.pointee.end, iov_len: step))
        (used, left) = (1, left - step)
      }
      var fresh = EventBuffer(pool: pool)
      while left > 0, used < Self.mostPieces {
        let segment = take(holding: min(left, SegmentPool.largestKept))
        fresh.link(segment)
        let step = min(left, segment.pointee.capacity)
        pieces.initializeElement(at: used, to: iovec(iov_base: segment.pointee.storage, iov_len: step))
        (used, left) = (used + 1, left - step)
      }
      let got = scatter(UnsafeMutableBufferPointer(rebasing: pieces[..<used]))
      if got > 0 { keep(got, old, &fresh) }
      return got
    }
  }

  /// Takes over what was read into the room of `old`, and into `fresh` behind it.
  private mutating func keep(_ got: Int, _ old: SegmentPointer?, _ fresh: inout EventBuffer) {
    var left = got
    if let old, old.pointee.room > 0 {
      let step = min(left, old.pointee.room)
      old.pointee.end += step
      left -= step
    }
    while left > 0, let segment = fresh.head {
      fresh.head = segment.pointee.next
      let step = min(left, segment.pointee.capacity)
      segment.pointee.end = step
      left -= step
      link(segment)
    }
    if fresh.head == nil { fresh.tail = nil }
    count += got
    verify()
  }

  /// Lends `call` the first segment, where there is only one, and else `gather` up to `maximum` of them.
  ///
  /// - Returns: what the call returned, and how many bytes it was given.
  @inline(__always) func lendPieces(
    maximum: Int, _ call: (UnsafeMutableRawPointer, Int) -> Int, gather: (UnsafeMutableBufferPointer<iovec>) -> Int
  ) -> (result: Int, given: Int) {
    guard let head else { return (0, 0) }
    if head.pointee.next == nil { return (call(head.pointee.bytes, head.pointee.count), head.pointee.count) }
    return lendMany(maximum, gather)
  }

  /// Takes what a call was lent, and took, off the front.
  @inline(__always) mutating func drain(lent count: Int) {
    guard count == self.count, watchers == nil, let head, head.pointee.next == nil else {
      drain(count)
      return
    }
    (self.head, tail, self.count) = (nil, nil, 0)
    release(head)
    verify()
  }

  @inline(never) private func lendMany(
    _ maximum: Int, _ gather: (UnsafeMutableBufferPointer<iovec>) -> Int
  ) -> (result: Int, given: Int) {
    withUnsafeTemporaryAllocation(of: iovec.self, capacity: maximum) { pieces in
      var used = 0
      var given = 0
      var next = head
      while used < maximum, let segment = next {
        pieces.initializeElement(
          at: used, to: iovec(iov_base: segment.pointee.bytes, iov_len: segment.pointee.count))
        used += 1
        given += segment.pointee.count
        next = segment.pointee.next
      }
      return (gather(UnsafeMutableBufferPointer(rebasing: pieces[..<used])), given)
    }
  }

  /// How many bytes the first segments hold that fit into `limit` whole. O(segments that fit).
  func wholeSegments(upTo limit: Int) -> Int {
    var bytes = 0
    var next = head
    while let segment = next, segment.pointee.count <= limit - bytes {
      bytes += segment.pointee.count
      next = segment.pointee.next
    }
    return bytes
  }
}
