#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBuffer {
  /// The bytes that can be read in one span from the front: those of the first segment. O(1).
  /// libevent: `evbuffer_get_contiguous_space`.
  public var contiguousCount: Int { head?.pointee.count ?? 0 }

  /// Brings the first `length` bytes together in one segment, so that they can be read in one span. O(1) where they are
  /// already; otherwise up to `length` bytes are copied, into the room of the first segment or into one new segment.
  /// Shared bytes are copied, never moved. No watcher is told, as the contents stay. libevent: `evbuffer_pullup`.
  ///
  /// - Throws: `EventBufferError.tooShort` where the buffer holds fewer bytes, `EventBufferError.refusedSize` where `length`
  ///   is negative or memory cannot hold it in one piece; the buffer stays as it was.
  public mutating func makeContiguous(_ length: Int) throws(EventBufferError) {
    guard length >= 0 else { throw .refusedSize(length) }
    guard length <= count else { throw .tooShort(wanted: length, have: count) }
    guard let head, head.pointee.count < length else { return }
    try gather(length, from: head)
    verify()
  }

  /// Brings all bytes together in one segment. O(n) where they are not. libevent: `evbuffer_pullup` with -1.
  ///
  /// - Throws: `EventBufferError.refusedSize` where memory cannot hold the contents in one piece.
  public mutating func makeContiguous() throws(EventBufferError) { try makeContiguous(count) }

  /// Brings the first `length` bytes together, as `makeContiguous(_:)` does, and lends `body` a span of exactly these.
  /// Nothing is drained. libevent: `evbuffer_pullup`.
  ///
  /// - Throws: what `makeContiguous(_:)` throws, before `body` is called; and what `body` throws.
  public mutating func withContiguous<Result: ~Copyable>(
    _ length: Int, _ body: (RawSpan) throws -> Result
  ) throws -> Result {
    try makeContiguous(length)
    let first = UnsafeRawBufferPointer(start: head.map { UnsafeRawPointer($0.pointee.bytes) }, count: length)
    return try body(first.bytes)
  }

  /// Brings all bytes together and lends `body` a span of them, an empty one where the buffer is empty. Nothing is drained.
  /// libevent: `evbuffer_pullup` with -1.
  ///
  /// - Throws: what `makeContiguous()` throws, before `body` is called; and what `body` throws.
  public mutating func withContiguous<Result: ~Copyable>(_ body: (RawSpan) throws -> Result) throws -> Result {
    try withContiguous(count, body)
  }

  /// Copies from the segments behind the first one, or behind a new first one, until it holds `length` bytes.
  private mutating func gather(_ length: Int, from first: SegmentPointer) throws(EventBufferError) {
    var target = first
    if first.pointee.isBorrowed || first.pointee.capacity - first.pointee.start < length {
      target = try takeIfPossible(holding: length)
      target.pointee.next = first
      head = target
    }
    var left = length - target.pointee.count
    while left > 0, let source = target.pointee.next {
      let step = min(left, source.pointee.count)
      memcpy(target.pointee.storage + target.pointee.end, source.pointee.bytes, step)
      target.pointee.end += step
      source.pointee.start += step
      left -= step
      if source.pointee.count == 0 {
        target.pointee.next = source.pointee.next
        release(source)
      }
    }
    if target.pointee.next == nil { tail = target }
  }

  /// A fresh segment for a length that may be more than memory has: refused then, where `take` would end the process.
  func takeIfPossible(holding length: Int) throws(EventBufferError) -> SegmentPointer {
    if length <= SegmentPool.largestKept { return take(holding: length) }
    guard length <= Self.largestAllocation, let segment = Segment.allocateIfPossible(capacity: length) else {
      throw .refusedSize(length)
    }
    pool?.pointee.adopt(1)
    return segment
  }
}
