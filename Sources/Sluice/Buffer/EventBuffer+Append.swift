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
