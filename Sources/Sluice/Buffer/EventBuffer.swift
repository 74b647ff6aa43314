/// A queue of bytes: written at the back, read at the front, held as a chain of segments.
///
/// Whole contents move from one buffer to another in O(1), without copying a byte; bytes that come in from outside and go
/// out again are copied once each. A buffer that was made by a base (`EventBase.makeBuffer()`, and every buffer event's
/// `input` and `output`) takes its segments from the base's free lists; one made with `init()` from the allocator.
///
/// A buffer is not copyable: it has one owner, and gives its memory back when the owner lets go of it. It stays on one thread.
///
/// libevent: `struct evbuffer`. What its locks and its freezing were for is done here by ownership.
public struct EventBuffer: ~Copyable {
  /// The chain; no segment in it is ever empty.
  var head: SegmentPointer?
  var tail: SegmentPointer?
  /// The number of bytes in the buffer. O(1). libevent: `evbuffer_get_length`.
  public internal(set) var count: Int
  let pool: SegmentPool.Pointer?
  var watchers: BufferWatchers?

  /// An empty buffer of no base. Allocates nothing. libevent: `evbuffer_new`.
  public init() { self.init(pool: nil) }

  @inline(__always) init(pool: SegmentPool.Pointer?) {
    head = nil
    tail = nil
    count = 0
    self.pool = pool
    watchers = nil
    if let pool { SegmentPool.retain(pool) }
  }

  deinit {
    var next = head
    while let segment = next {
      next = segment.pointee.next
      release(segment)
    }
    if let pool { SegmentPool.release(pool) }
  }

  /// Whether the buffer holds no byte. O(1).
  @inline(__always) public var isEmpty: Bool { count == 0 }

  /// The longest contents a buffer may have: less than `Int.max`, so that no sum of offsets can overflow.
  public static var maximumCount: Int { 1 << 62 }
}

// No pair of buffers and no thread may share a segment that is written to, so this says it where the compiler looks.
@available(*, unavailable, message: "a buffer stays on the thread it was made on; send its bytes instead")
extension EventBuffer: Sendable {}

// MARK: The chain

extension EventBuffer {
  /// A fresh segment with room for `count` bytes or more, in no chain.
  @inline(__always) func take(holding count: Int) -> SegmentPointer {
    if let pool { return pool.pointee.take(holding: count) }
    let payload =
      count <= SegmentPool.largestKept ? SegmentPool.payload(of: SegmentPool.sizeClass(holding: count)) : count
    return Segment.allocate(capacity: payload)
  }

  /// Gives a segment back that is in no chain.
  @inline(__always) func release(_ segment: SegmentPointer) {
    if let pool { pool.pointee.give(segment) } else { Segment.deallocate(segment) }
  }

  /// Puts a segment behind the last one. Does not count its bytes.
  @inline(__always) mutating func link(_ segment: SegmentPointer) {
    segment.pointee.next = nil
    if let tail { tail.pointee.next = segment } else { head = segment }
    tail = segment
  }

  /// Takes the first segment off the chain and frees it. Does not count its bytes.
  @inline(__always) mutating func dropHead(_ segment: SegmentPointer) {
    head = segment.pointee.next
    if head == nil { tail = nil }
    release(segment)
  }

  /// The tail with at least a byte of room: today's, or a new one sized to what is still to come and to what the buffer
  /// holds, so that small writes coalesce and a small idle buffer stays small. Where the room holds only part of what comes, it
  /// is left if it is little, or what comes nearly fills a segment: what is written in one piece can then be read in one.
  @inline(__always) mutating func writableTail(for count: Int) -> SegmentPointer {
    if let tail {
      let room = tail.pointee.room
      let isWhole = count > SegmentPool.largestPayload / 4 * 3 && count <= SegmentPool.largestPayload
      if room >= count || (room > tail.pointee.capacity >> 4 && !isWhole) { return tail }
    }
    let segment = take(holding: min(max(count, self.count), SegmentPool.largestPayload))
    link(segment)
    return segment
  }

  /// Tells the watchers, where there are any. Every operation that changes the contents ends with it.
  @inline(__always) mutating func changed(from original: Int, added: Int, removed: Int) {
    verify()
    if watchers != nil { notify(Change(originalCount: original, added: added, removed: removed)) }
  }
}
