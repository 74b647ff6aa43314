#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBuffer {
  /// Moves up to `target.count` bytes from the front into `target`. O(n), one copy. libevent: `evbuffer_remove`.
  ///
  /// - Returns: the number of bytes written to `target`; fewer than it holds where the buffer has fewer.
  @discardableResult
  public mutating func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    let original = count
    let wanted = min(target.count, original)
    guard wanted > 0, let to = target.baseAddress, let first = head else { return 0 }
    // The usual case, one segment, stands here by itself.
    guard wanted <= first.pointee.count else { return readAcross(wanted, to) }
    memcpy(to, first.pointee.bytes, wanted)
    if wanted == first.pointee.count { dropHead(first) } else { first.pointee.start &+= wanted }
    count = original &- wanted
    changed(from: original, added: 0, removed: wanted)
    return wanted
  }

  private mutating func readAcross(_ wanted: Int, _ target: UnsafeMutableRawPointer) -> Int {
    let original = count
    var to = target
    var left = wanted
    while left > 0, let segment = head {
      let have = segment.pointee.count
      let step = min(have, left)
      memcpy(to, segment.pointee.bytes, step)
      to += step
      left &-= step
      if step == have { dropHead(segment) } else { segment.pointee.start &+= step }
    }
    count = original &- wanted
    changed(from: original, added: 0, removed: wanted)
    return wanted
  }

  /// Moves up to `maximum` bytes from the front into a new array. O(n); allocates the array. libevent: `evbuffer_remove`.
  public mutating func read(upTo maximum: Int = .max) -> [UInt8] {
    let wanted = max(0, min(maximum, count))
    return [UInt8](unsafeUninitializedCapacity: wanted) { bytes, initialized in
      initialized = read(into: UnsafeMutableRawBufferPointer(bytes))
    }
  }

  /// Moves `length` bytes (all, where it is not given) from the front into a new string; ill-formed UTF-8 is repaired.
  /// O(n); allocates the string.
  public mutating func readString(upTo length: Int = .max) -> String {
    String(decoding: read(upTo: length), as: UTF8.self)
  }

  /// Drops up to `length` bytes from the front, all of them where there are fewer; negative is 0. O(segments).
  /// libevent: `evbuffer_drain`.
  ///
  /// - Returns: the number of bytes dropped.
  @discardableResult
  public mutating func drain(_ length: Int = .max) -> Int {
    let original = count
    let wanted = min(max(length, 0), original)
    guard wanted > 0, let first = head else { return 0 }
    if wanted <= first.pointee.count {
      if wanted == first.pointee.count { dropHead(first) } else { first.pointee.start &+= wanted }
      count = original &- wanted
      changed(from: original, added: 0, removed: wanted)
      return wanted
    }
    var left = wanted
    while left > 0, let segment = head {
      let have = segment.pointee.count
      if have <= left {
        dropHead(segment)
        left &-= have
      } else {
        segment.pointee.start &+= left
        left = 0
      }
    }
    count = original &- wanted
    changed(from: original, added: 0, removed: wanted)
    return wanted
  }

  /// Copies up to `target.count` bytes into `target`, from `offset` on, and leaves them where they are.
  /// O(n + segments before `offset`). libevent: `evbuffer_copyout`, `evbuffer_copyout_from`.
  ///
  /// - Returns: the number of bytes copied: 0 where `offset` is negative or behind the end.
  @discardableResult
  public func copy(into target: UnsafeMutableRawBufferPointer, from offset: Int = 0) -> Int {
    guard offset >= 0, offset < count, var to = target.baseAddress else { return 0 }
    var skip = offset
    var left = min(target.count, count - offset)
    let wanted = left
    var next = head
    while left > 0, let segment = next {
      next = segment.pointee.next
      let have = segment.pointee.count
      if have <= skip {
        skip -= have
        continue
      }
      let step = min(have - skip, left)
      memcpy(to, segment.pointee.bytes + skip, step)
      skip = 0
      to += step
      left -= step
    }
    return wanted
  }

  /// A copy of up to `maximum` bytes from `offset` on, as an array; nothing is drained. O(n + segments before `offset`).
  public func bytes(from offset: Int = 0, upTo maximum: Int = .max) -> [UInt8] {
    let wanted = offset < 0 ? 0 : max(0, min(maximum, count - offset))
    return [UInt8](unsafeUninitializedCapacity: wanted) { bytes, initialized in
      initialized = copy(into: UnsafeMutableRawBufferPointer(bytes), from: offset)
    }
  }

  /// A copy of the contents as a string; ill-formed UTF-8 is repaired, nothing is drained. O(n).
  public func string() -> String { String(decoding: bytes(), as: UTF8.self) }
}
