#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A piece of an `EventBuffer`'s chain: a header, and the bytes it speaks of.
///
/// An own segment's bytes stand right behind its header, in one allocation. A borrowed one (shared with another buffer, or
/// foreign memory) points elsewhere, holds the owner alive, and is never written to. A lent one points elsewhere and has no
/// owner: its bytes, and its header too, are the caller's whose call it is lent for.
struct Segment {
  /// The segment behind this one in its chain, or in its pool's free list.
  var next: SegmentPointer?
  /// The first byte of the storage.
  var storage: UnsafeMutableRawPointer
  /// Offset of the first unread byte.
  var start: Int
  /// Offset behind the last written byte.
  var end: Int
  /// Bytes of storage that may be written; 0 for a borrowed segment.
  var capacity: Int
  /// Who keeps the storage alive, where it is not behind the header.
  var owner: Unmanaged<SharedStorage>?
}

typealias SegmentPointer = UnsafeMutablePointer<Segment>

extension Segment {
  static let headerSize = MemoryLayout<Segment>.stride

  @inline(__always) var count: Int { end &- start }
  @inline(__always) var bytes: UnsafeMutableRawPointer { storage + start }
  /// Bytes that may be written behind the last one.
  @inline(__always) var room: Int { max(capacity &- end, 0) }
  @inline(__always) var isBorrowed: Bool { capacity == 0 }
  @inline(__always) var readable: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: count) }

  /// Allocates a segment with room for `capacity` bytes behind its header; no pool is asked.
  static func allocate(capacity: Int) -> SegmentPointer {
    place(in: UnsafeMutableRawPointer.allocate(byteCount: headerSize + capacity, alignment: 16), capacity: capacity)
  }

  /// The same for a length that memory may not have: nil then, where `allocate` ends the process.
  static func allocateIfPossible(capacity: Int) -> SegmentPointer? {
    // Up to this alignment the standard library's allocation is `malloc`, and its deallocation `free`.
    malloc(headerSize + capacity).map { place(in: $0, capacity: capacity) }
  }

  @inline(__always) private static func place(in raw: UnsafeMutableRawPointer, capacity: Int) -> SegmentPointer {
    let segment = raw.bindMemory(to: Segment.self, capacity: 1)
    segment.initialize(
      to: Segment(next: nil, storage: raw + headerSize, start: 0, end: 0, capacity: capacity, owner: nil))
    return segment
  }

  /// Allocates a header that reads `count` bytes of another's storage from `start` on, and keeps `owner` alive.
  static func borrow(_ owner: SharedStorage, start: Int, count: Int) -> SegmentPointer {
    let segment = UnsafeMutableRawPointer.allocate(byteCount: headerSize, alignment: 16)
      .bindMemory(to: Segment.self, capacity: 1)
    segment.initialize(
      to: Segment(
        next: nil, storage: owner.storage, start: start, end: start + count, capacity: 0,
        owner: Unmanaged.passRetained(owner)))
    return segment
  }

  /// A header for bytes of a caller's that are only read.
  static func lent(_ start: UnsafeRawPointer, count: Int) -> Segment {
    Segment(next: nil, storage: UnsafeMutableRawPointer(mutating: start), start: 0, end: count, capacity: 0, owner: nil)
  }

  /// A header for memory of a caller's that is written to.
  static func lent(_ start: UnsafeMutableRawPointer, room: Int) -> Segment {
    // No pool may take it for one of its own.
    Segment(next: nil, storage: start, start: 0, end: 0, capacity: room & ~4_095, owner: nil)
  }

  static func isLent(_ segment: SegmentPointer) -> Bool {
    segment.pointee.owner == nil && segment.pointee.storage != UnsafeMutableRawPointer(segment) + headerSize
  }

  /// Gives the memory of a segment that is in no chain back to the allocator, and lets go of its owner.
  static func deallocate(_ segment: SegmentPointer) {
    guard !isLent(segment) else { return }
    segment.pointee.owner?.release()
    UnsafeMutableRawPointer(segment).deallocate()
  }
}
