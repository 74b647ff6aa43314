#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBuffer {
  /// The offset of the first `byte` in a range; nil where there is none. Copies nothing. O(n), a `memchr` a segment.
  /// libevent: `evbuffer_search` with one byte; the offset takes the place of `evbuffer_ptr`.
  ///
  /// - Parameters:
  ///   - byte: what to look for.
  ///   - offset: where to begin; negative or behind the end finds nothing.
  ///   - length: how many bytes to look at, at most.
  /// - Returns: the offset from the front of the buffer.
  public func firstIndex(of byte: UInt8, from offset: Int = 0, upTo length: Int = .max) -> Int? {
    var left = clamped(length, from: offset)
    var position = offset
    var cursor = cursor(at: offset)
    while left > 0, let piece = cursor.next(upTo: left) {
      if let start = piece.baseAddress, let found = memchr(start, Int32(byte), piece.count) {
        return position + (UnsafeRawPointer(found) - start)
      }
      position += piece.count
      left -= piece.count
    }
    return nil
  }

  /// Where `bytes` first occur, whole, in a range; nil where they do not. They may lie across any number of segments.
  ///
  /// O(n + m) for any contents and any division into segments, where libevent is O(n * m): a `memchr` to each candidate,
  /// and no byte looked at again behind it. Copies nothing; the table it needs, a word for each sought byte, is on the
  /// stack (on the heap above 1 KiB). An empty sequence is found where the search begins, so long as that is not outside
  /// the buffer. libevent: `evbuffer_search`, `evbuffer_search_range`.
  ///
  /// - Parameters:
  ///   - bytes: what to look for.
  ///   - offset: where to begin; negative or behind the end finds nothing.
  ///   - length: how many bytes to look at, at most: an occurrence must end within them.
  /// - Returns: the offsets from the front of the buffer.
  public func firstRange(
    of bytes: UnsafeRawBufferPointer, from offset: Int = 0, upTo length: Int = .max
  ) -> Range<Int>? {
    guard bytes.count > 0 else {
      return offset >= 0 && offset <= count && length >= 0 ? offset..<offset : nil
    }
    if bytes.count == 1 {
      return firstIndex(of: bytes[0], from: offset, upTo: length).map { $0..<$0 + 1 }
    }
    return search(bytes, from: offset, length: clamped(length, from: offset)).map { $0..<$0 + bytes.count }
  }

  /// Where `bytes` first occur in a range. O(n + m). libevent: `evbuffer_search_range`.
  public func firstRange(of bytes: [UInt8], from offset: Int = 0, upTo length: Int = .max) -> Range<Int>? {
    bytes.withUnsafeBytes { firstRange(of: $0, from: offset, upTo: length) }
  }

  /// Where the UTF-8 of `string` first occurs in a range, byte for byte. O(n + m). libevent: `evbuffer_search_range`.
  public func firstRange(of string: String, from offset: Int = 0, upTo length: Int = .max) -> Range<Int>? {
    var string = string
    return string.withUTF8 { firstRange(of: UnsafeRawBufferPointer($0), from: offset, upTo: length) }
  }

  /// Knuth, Morris and Pratt: a state that goes from one segment into the next, so boundaries need no care.
  private func search(_ sought: UnsafeRawBufferPointer, from offset: Int, length: Int) -> Int? {
    guard sought.count <= length else { return nil }
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: sought.count) { fallback in
      Self.fill(fallback, for: sought)
      var left = length
      var end = offset
      var matched = 0
      var cursor = cursor(at: offset)
      while left > 0, let piece = cursor.next(upTo: left) {
        if let stop = Self.advance(&matched, through: piece, seeking: sought, fallback) {
          return end + stop - sought.count
        }
        end += piece.count
        left -= piece.count
      }
      return nil
    }
  }

  /// Feeds one piece to the search. Where nothing has matched yet, it jumps from one first byte to the next.
  ///
  /// - Returns: the offset in `piece` behind a whole match.
  private static func advance(
    _ matched: inout Int, through piece: UnsafeRawBufferPointer, seeking sought: UnsafeRawBufferPointer,
    _ fallback: UnsafeMutableBufferPointer<Int>
  ) -> Int? {
    guard let start = piece.baseAddress else { return nil }
    var index = 0
    while index < piece.count {
      if matched == 0 {
        guard let first = memchr(start + index, Int32(sought[0]), piece.count - index) else { return nil }
        index = UnsafeRawPointer(first) - start + 1
        matched = 1
      } else if piece[index] == sought[matched] {
        index += 1
        matched += 1
        if matched == sought.count { return index }
      } else {
        matched = fallback[matched - 1]
      }
    }
    return nil
  }

  /// For each beginning of `sought`, how much of it is still matched when the byte behind it is another one.
  private static func fill(_ fallback: UnsafeMutableBufferPointer<Int>, for sought: UnsafeRawBufferPointer) {
    fallback.initialize(repeating: 0)
    var matched = 0
    for index in 1..<max(sought.count, 1) {
      while matched > 0, sought[index] != sought[matched] { matched = fallback[matched - 1] }
      if sought[index] == sought[matched] { matched += 1 }
      fallback[index] = matched
    }
  }
}
