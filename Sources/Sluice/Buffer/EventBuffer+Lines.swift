extension EventBuffer {
  /// Takes the first line off the front, without its end; nil, with nothing taken, where no whole line is there yet.
  /// Ill-formed UTF-8 is repaired. O(line), one copy, into the string; nothing is converted before the line is whole.
  ///
  /// This one accepts lines of any length. What a stranger sends is better read with a maximum.
  /// libevent: `evbuffer_readln`.
  public mutating func readLine(_ style: LineStyle = .crlf) -> String? {
    guard let end = lineEnd(style) else { return nil }
    return takeString(before: end)
  }

  /// Takes the first line off the front as bytes, otherwise as `readLine(_:)`. libevent: `evbuffer_readln`.
  public mutating func readLineBytes(_ style: LineStyle = .crlf) -> [UInt8]? {
    guard let end = lineEnd(style) else { return nil }
    return takeBytes(before: end)
  }

  /// Takes the first line off the front, and refuses one of more than `maximum` bytes, so that a peer that never ends its
  /// line cannot fill memory. Looks at no more than `maximum` + 2 bytes. libevent: `evbuffer_readln`, which has no such limit.
  ///
  /// - Throws: `EventBufferError.lineTooLong` where the first line has, or has already now, more than `maximum` bytes
  ///   without its end; `EventBufferError.refusedSize` where `maximum` is negative. Nothing is taken.
  public mutating func readLine(
    _ style: LineStyle = .crlf, maximum: Int
  ) throws(EventBufferError) -> String? {
    var searched = 0
    return try readLine(style, maximum: maximum, searched: &searched)
  }

  /// Takes the first line off the front as bytes, otherwise as `readLine(_:maximum:)`.
  ///
  /// - Throws: what `readLine(_:maximum:)` throws.
  public mutating func readLineBytes(
    _ style: LineStyle = .crlf, maximum: Int
  ) throws(EventBufferError) -> [UInt8]? {
    var searched = 0
    return try readLineBytes(style, maximum: maximum, searched: &searched)
  }

  /// Takes the first line off the front, looking only at bytes that came since the last call, so that each byte of a line
  /// that comes in many pieces is looked at once. O(new bytes + segments before them).
  ///
  /// - Parameters:
  ///   - style: what ends a line.
  ///   - maximum: the most bytes a line may have without its end.
  ///   - searched: a variable that starts at 0 and is passed again each time. Set it to 0 where something else has taken
  ///     bytes from the front meanwhile, or the style changes.
  /// - Returns: the line; nil where it is not whole yet.
  /// - Throws: what `readLine(_:maximum:)` throws.
  public mutating func readLine(
    _ style: LineStyle = .crlf, maximum: Int = .max, searched: inout Int
  ) throws(EventBufferError) -> String? {
    guard let end = try lineEnd(style, maximum: maximum, searched: &searched) else { return nil }
    return takeString(before: end)
  }

  /// Takes the first line off the front as bytes, otherwise as `readLine(_:maximum:searched:)`.
  ///
  /// - Parameters:
  ///   - style: what ends a line.
  ///   - maximum: the most bytes a line may have without its end.
  ///   - searched: a variable that starts at 0 and is passed again each time.
  /// - Returns: the line; nil where it is not whole yet.
  /// - Throws: what `readLine(_:maximum:)` throws.
  public mutating func readLineBytes(
    _ style: LineStyle = .crlf, maximum: Int = .max, searched: inout Int
  ) throws(EventBufferError) -> [UInt8]? {
    guard let end = try lineEnd(style, maximum: maximum, searched: &searched) else { return nil }
    return takeBytes(before: end)
  }

  private mutating func takeBytes(before end: LineEnd) -> [UInt8] {
    let line = bytes(upTo: end.offset)
    drain(end.offset + end.length)
    return line
  }

  private mutating func takeString(before end: LineEnd) -> String {
    guard let head, head.pointee.count >= end.offset else {
      return String(decoding: takeBytes(before: end), as: UTF8.self)
    }
    let line = String(decoding: UnsafeRawBufferPointer(rebasing: head.pointee.readable[..<end.offset]), as: UTF8.self)
    drain(end.offset + end.length)
    return line
  }

  private func lineEnd(
    _ style: LineStyle, maximum: Int, searched: inout Int
  ) throws(EventBufferError) -> LineEnd? {
    guard maximum >= 0 else { throw .refusedSize(maximum) }
    if let end = lineEnd(style, searched: searched, maximum: maximum) {
      searched = 0
      return end
    }
    // One byte more may be a CR whose LF is still to come.
    let allowed = maximum == .max || !endsWithHalfALineEnd(style) ? maximum : maximum + 1
    guard count <= allowed else { throw .lineTooLong(maximum: maximum) }
    searched = count
    return nil
  }

  private func endsWithHalfALineEnd(_ style: LineStyle) -> Bool {
    (style == .crlf || style == .crlfStrict) && peekInteger(at: count - 1, as: UInt8.self) == 0x0D
  }
}
