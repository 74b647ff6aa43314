#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBuffer {
  /// Copies `bytes` to the front. O(n). They go into the room that drained bytes left in front of the first segment, and
  /// what does not fit there into new segments, filled from their ends, so that more prepending finds room.
  /// libevent: `evbuffer_prepend`.
  public mutating func prepend(_ bytes: UnsafeRawBufferPointer) {
    guard let from = bytes.baseAddress, bytes.count > 0 else { return }
    let original = count
    var left = bytes.count
    while left > 0 {
      let segment = slackHead(for: left)
      let step = min(left, segment.pointee.start)
      segment.pointee.start -= step
      left -= step
      memcpy(segment.pointee.bytes, from + left, step)
      count += step
    }
    changed(from: original, added: bytes.count, removed: 0)
  }

  /// Copies the bytes of `span` to the front. O(n). libevent: `evbuffer_prepend`.
  public mutating func prepend(_ span: RawSpan) {
    span.withUnsafeBytes { prepend($0) }
  }

  /// Copies `bytes` to the front. O(n). libevent: `evbuffer_prepend`.
  public mutating func prepend(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { prepend($0) }
  }

  /// Copies the UTF-8 of `string` to the front, without a terminator. O(n). libevent: `evbuffer_prepend`.
  public mutating func prepend(_ string: String) {
    var string = string
    string.withUTF8 { prepend(UnsafeRawBufferPointer($0)) }
  }

  /// Moves all of `other` to the front of this buffer and leaves it empty. O(1): no byte is copied. Where the two are of
  /// different bases, O(segments). libevent: `evbuffer_prepend_buffer`.
  public mutating func prepend(_ other: inout EventBuffer) {
    let added = other.count
    guard added > 0, let first = other.head, let last = other.tail else { return }
    let original = count
    if pool != other.pool { transferCount(of: first, from: other.pool) }
    last.pointee.next = head
    head = first
    if tail == nil { tail = last }
    count = original + added
    other.head = nil
    other.tail = nil
    other.count = 0
    changed(from: original, added: added, removed: 0)
    other.changed(from: added, added: 0, removed: added)
  }

  /// A first segment with at least a byte of room in front: today's, or a new one that is empty at its end.
  private mutating func slackHead(for length: Int) -> SegmentPointer {
    if let head, head.pointee.start > 0, !head.pointee.isBorrowed { return head }
    // A share of what is here, so that many small prepends make few segments and one small prepend a small one.
    let segment = take(holding: min(max(length, count / 16), SegmentPool.largestPayload))
    segment.pointee.start = segment.pointee.capacity
    segment.pointee.end = segment.pointee.capacity
    segment.pointee.next = head
    head = segment
    if tail == nil { tail = segment }
    return segment
  }
}
