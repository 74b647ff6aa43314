#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBuffer {
  /// Copies `bytes` to the end. O(n). Small appends share a segment. libevent: `evbuffer_add`.
  @inline(__always) public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    appendBytes(bytes)
  }

  /// Copies the bytes of `span` to the end. O(n). libevent: `evbuffer_add`.
  public mutating func append(_ span: RawSpan) {
    span.withUnsafeBytes { appendBytes($0) }
  }

  /// Copies `bytes` to the end. O(n).
  public mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { appendBytes($0) }
  }

  /// Copies a part of an array to the end. O(n).
  public mutating func append(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { appendBytes($0) }
  }

  /// Copies the UTF-8 of `string` to the end, without a terminator. O(n). libevent: `evbuffer_add_printf`, with the
  /// string's interpolation as the format.
  public mutating func append(_ string: String) {
    var string = string
    string.withUTF8 { appendBytes(UnsafeRawBufferPointer($0)) }
  }

  /// Copies several pieces to the end, in order, and tells watchers once. O(n). libevent: `evbuffer_add_iovec`.
  ///
  /// - Returns: the number of bytes that were appended.
  @discardableResult
  public mutating func append(pieces: [UnsafeRawBufferPointer]) -> Int {
    let original = count
    for piece in pieces { copyIn(piece) }
    if count > original { changed(from: original, added: count - original, removed: 0) }
    return count - original
  }

  @inline(__always) mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0 else { return }
    let original = count
    copyIn(bytes)
    changed(from: original, added: bytes.count, removed: 0)
  }

  /// The most of one append that goes into a segment: a whole number of cache lines, and what a TLS record holds.
  private static var piece: Int { 16_384 }

  /// From here on the system's copy is one instruction, `rep movsb`.
  private static var largeCopy: Int { 4_096 }

  /// Starts an empty segment of the buffer's own where its bytes have the place in a cache line that they come from: the one
  /// instruction is twenty times slower on AMD's Zen 3 and 4 where the target is 1 to 15 bytes behind the source in a page.
  @inline(__always)
  private static func alignStart(of segment: SegmentPointer, with source: UnsafeRawPointer, count: Int) {
    guard segment.pointee.end == 0, !Segment.isLent(segment) else { return }
    let skew = (Int(bitPattern: source) &- Int(bitPattern: segment.pointee.storage)) & 63
    guard segment.pointee.room &- skew >= min(count, piece) else { return }
    segment.pointee.start = skew
    segment.pointee.end = skew
  }

  /// Appends without telling anyone.
  @inline(__always) mutating func copyIn(_ bytes: UnsafeRawBufferPointer) {
    guard var from = bytes.baseAddress else { return }
    if let tail, tail.pointee.room >= bytes.count {
      memcpy(tail.pointee.storage + tail.pointee.end, from, bytes.count)
      tail.pointee.end &+= bytes.count
      count &+= bytes.count
      return
    }
    var left = bytes.count
    while left > 0 {
      let segment = writableTail(for: left)
      if left >= Self.largeCopy { Self.alignStart(of: segment, with: from, count: left) }
      let room = segment.pointee.room
      let step = left <= room ? left : min(room, Self.piece)
      memcpy(segment.pointee.storage + segment.pointee.end, from, step)
      segment.pointee.end &+= step
      count &+= step
      from += step
      left &-= step
    }
  }
}
