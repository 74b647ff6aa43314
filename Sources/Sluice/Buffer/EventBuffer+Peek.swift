extension EventBuffer {
  /// Lends `body` the bytes of the first segment, an empty span where the buffer is empty. Copies nothing. O(1).
  /// libevent: `evbuffer_peek` with one extent.
  public func withFirstSpan<Result: ~Copyable, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let first = head?.pointee.readable ?? UnsafeRawBufferPointer(start: nil, count: 0)
    return try body(first.bytes)
  }

  /// The bytes of the first segment, none where the buffer is empty: for calls into C libraries whose every instruction counts;
  /// elsewhere `withFirstSpan(_:)` does the same, and cannot be held too long. Valid until the buffer changes. O(1).
  public var unsafeFirstBytes: UnsafeRawBufferPointer {
    head?.pointee.readable ?? UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// Lends `body` one span after the other, in order, until it returns false or the range is through. Copies and drains
  /// nothing. O(segments up to the end of the range). libevent: `evbuffer_peek`.
  ///
  /// - Parameters:
  ///   - offset: where to begin; nothing is visited where it is negative or not in front of the end.
  ///   - length: how many bytes to visit at most; the last span is cut to it.
  ///   - body: gets a span that is not empty, and returns whether to go on.
  /// - Returns: the number of bytes in the spans that `body` got.
  /// - Throws: what `body` throws.
  @discardableResult
  public func forEachSpan<Failure: Error>(
    from offset: Int = 0, upTo length: Int = .max, _ body: (RawSpan) throws(Failure) -> Bool
  ) throws(Failure) -> Int {
    var left = clamped(length, from: offset)
    var visited = 0
    var cursor = cursor(at: offset)
    while left > 0, let piece = cursor.next(upTo: left) {
      left -= piece.count
      visited += piece.count
      if try !body(piece.bytes) { break }
    }
    return visited
  }

  /// How many segments the bytes of a range lie in: the number of spans `forEachSpan` would visit. O(segments).
  /// libevent: what `evbuffer_peek` returns.
  public func segmentCount(from offset: Int = 0, upTo length: Int = .max) -> Int {
    var segments = 0
    forEachSpan(from: offset, upTo: length) { _ in
      segments += 1
      return true
    }
    return segments
  }

  /// Lends `body` pointers to the bytes of a range, for a call that gathers, such as `writev`. Copies and drains nothing;
  /// the list is on the stack. O(segments up to the last one lent). libevent: `evbuffer_peek`.
  ///
  /// - Parameters:
  ///   - maximum: how many pieces to lend at most; cut to 0...1,024, the most a system call takes.
  ///   - offset: where to begin.
  ///   - length: how many bytes to lend at most; the last piece is cut to it.
  ///   - body: gets the pieces, none of them empty; they are valid until it returns.
  /// - Returns: what `body` returns.
  public func withUnsafeSegments<Result>(
    maximum: Int, from offset: Int = 0, upTo length: Int = .max,
    _ body: (UnsafeBufferPointer<UnsafeRawBufferPointer>) throws -> Result
  ) rethrows -> Result {
    let limit = min(max(maximum, 0), 1_024)
    return try withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: limit) { pieces in
      var left = clamped(length, from: offset)
      var cursor = cursor(at: offset)
      var used = 0
      while used < limit, left > 0, let piece = cursor.next(upTo: left) {
        pieces.initializeElement(at: used, to: piece)
        left -= piece.count
        used += 1
      }
      return try body(UnsafeBufferPointer(rebasing: pieces[..<used]))
    }
  }
}

// MARK: Walking the chain

extension EventBuffer {
  /// A place in the chain. It is valid until the buffer changes, so it never leaves a call.
  struct Cursor {
    var segment: SegmentPointer?
    /// Bytes of `segment` that are behind the cursor; fewer than it holds.
    var within: Int

    /// What can be read at the cursor in one piece.
    var contiguous: UnsafeRawBufferPointer {
      guard let segment else { return UnsafeRawBufferPointer(start: nil, count: 0) }
      return UnsafeRawBufferPointer(start: segment.pointee.bytes + within, count: segment.pointee.count - within)
    }

    /// The next piece, of `limit` bytes at most; nil at the end. The cursor goes behind it.
    mutating func next(upTo limit: Int) -> UnsafeRawBufferPointer? {
      guard segment != nil else { return nil }
      let piece = UnsafeRawBufferPointer(rebasing: contiguous.prefix(limit))
      advance(by: piece.count)
      return piece
    }

    mutating func advance(by length: Int) {
      var left = length
      while let here = segment {
        let have = here.pointee.count - within
        if left < have {
          within += left
          return
        }
        left -= have
        within = 0
        segment = here.pointee.next
      }
    }
  }

  func cursor(at offset: Int) -> Cursor {
    var cursor = Cursor(segment: head, within: 0)
    cursor.advance(by: max(offset, 0))
    return cursor
  }

  /// The bytes that a range of `length` bytes from `offset` on really has; 0 where it is outside.
  func clamped(_ length: Int, from offset: Int) -> Int {
    guard offset >= 0, offset < count else { return 0 }
    return max(0, min(length, count - offset))
  }
}
