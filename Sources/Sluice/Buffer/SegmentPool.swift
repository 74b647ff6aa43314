/// The segments that a base's buffers take from and give back to: a free list for each size class, with a cap.
///
/// A segment does not know its pool, so chains move between the buffers of different bases; whoever frees one keeps it.
/// The pool lives as long as the base or any buffer made on it, counted by hand: all of them stay on one thread.
struct SegmentPool {
  typealias Pointer = UnsafeMutablePointer<SegmentPool>

  /// The largest that a buffer takes of itself: room for a whole TLS record.
  static let largestPayload = 16_472
  /// The largest that is kept for reuse: for those who ask for much room in one piece, as decompression does.
  static let largestKept = 65_624

  /// Payload bytes of a class. Header and allocator word added, the first fills two cache lines.
  @inline(__always) static func payload(of sizeClass: Int) -> Int {
    switch sizeClass {
    case 0: 72
    case 1: 1_064
    case 2: 4_136
    case 3: largestPayload
    default: largestKept
    }
  }

  /// Segments that a class keeps for reuse, 2.5 MiB over all classes.
  @inline(__always) private static func cap(of sizeClass: Int) -> Int {
    switch sizeClass {
    case 0: 512
    case 1: 256
    case 4: 16
    default: 64
    }
  }

  private var free: InlineArray<5, SegmentPointer?> = .init(repeating: nil)
  private var kept: InlineArray<5, Int> = .init(repeating: 0)
  private var users = 1
  /// Segments that are in some buffer of this pool now.
  private(set) var taken = 0
  private(set) var returned = 0

  static func make() -> Pointer {
    let pool = Pointer.allocate(capacity: 1)
    pool.initialize(to: SegmentPool())
    return pool
  }

  @inline(__always) static func retain(_ pool: Pointer) { pool.pointee.users &+= 1 }

  @inline(__always) static func release(_ pool: Pointer) {
    pool.pointee.users &-= 1
    if pool.pointee.users == 0 { destroy(pool) }
  }

  private static func destroy(_ pool: Pointer) {
    for sizeClass in 0..<5 {
      while let segment = pool.pointee.free[sizeClass] {
        pool.pointee.free[sizeClass] = segment.pointee.next
        Segment.deallocate(segment)
      }
    }
    pool.deinitialize(count: 1)
    pool.deallocate()
  }

  @inline(__always) static func sizeClass(holding count: Int) -> Int {
    if count <= 72 { return 0 }
    if count <= 1_064 { return 1 }
    if count <= 4_136 { return 2 }
    return count <= largestPayload ? 3 : 4
  }

  /// A segment with room for `count` bytes or more, exactly `count` above the largest class. O(1).
  @inline(__always) mutating func take(holding count: Int) -> SegmentPointer {
    taken &+= 1
    guard count <= Self.largestKept else { return Segment.allocate(capacity: count) }
    let sizeClass = Self.sizeClass(holding: count)
    if let segment = free[sizeClass] {
      free[sizeClass] = segment.pointee.next
      kept[sizeClass] &-= 1
      segment.pointee.next = nil
      return segment
    }
    return Segment.allocate(capacity: Self.payload(of: sizeClass))
  }

  /// Takes a segment back: into its free list while there is room, otherwise to the allocator. O(1).
  @inline(__always) mutating func give(_ segment: SegmentPointer) {
    returned &+= 1
    let capacity = segment.pointee.capacity
    let sizeClass = Self.sizeClass(holding: capacity)
    guard capacity == Self.payload(of: sizeClass), kept[sizeClass] < Self.cap(of: sizeClass) else {
      return Segment.deallocate(segment)
    }
    segment.pointee.start = 0
    segment.pointee.end = 0
    segment.pointee.next = free[sizeClass]
    free[sizeClass] = segment
    kept[sizeClass] &+= 1
  }

  /// Counts `segments` that entered a buffer of this pool from elsewhere.
  mutating func adopt(_ segments: Int) { taken &+= segments }
  /// Counts `segments` that left a buffer of this pool for another pool's.
  mutating func lose(_ segments: Int) { returned &+= segments }
}
