extension EventBuffer {
  /// What ends a line. libevent: `enum evbuffer_eol_style`.
  public enum LineStyle: Sendable, CaseIterable {
    /// A run of CR and LF in any order and number counts as one end, so no line but the first is empty. A run that comes
    /// in two pieces is two ends. libevent: `EVBUFFER_EOL_ANY`.
    case any
    /// LF, with a CR before it where there is one. libevent: `EVBUFFER_EOL_CRLF`.
    case crlf
    /// CR and LF, nothing less. libevent: `EVBUFFER_EOL_CRLF_STRICT`.
    case crlfStrict
    /// LF; a CR before it belongs to the line. libevent: `EVBUFFER_EOL_LF`.
    case lf
    /// A zero byte. libevent: `EVBUFFER_EOL_NUL`.
    case nul
  }

  /// Where a line ends.
  public struct LineEnd: Equatable, Sendable {
    /// The offset of its first byte from the front of the buffer.
    public let offset: Int
    /// How many bytes it has: 1 or 2, or more for a run of `LineStyle.any`.
    public let length: Int
  }

  /// Finds the end of the line that begins at an offset; nil where it is not there. Copies nothing.
  /// O(bytes looked at + segments before them). libevent: `evbuffer_search_eol`.
  ///
  /// To look only at what has come since the last time, pass as `searched` the `count - offset` of that time. A CR in front
  /// of it is still seen.
  ///
  /// - Parameters:
  ///   - style: what ends a line.
  ///   - offset: where the line begins.
  ///   - searched: how many bytes from `offset` on are known to hold no line end.
  ///   - maximum: the most bytes the line may have; an end behind them is not looked for.
  /// - Returns: the end, with its offset from the front of the buffer; a run of `LineStyle.any` is whole.
  public func lineEnd(
    _ style: LineStyle = .crlf, from offset: Int = 0, searched: Int = 0, maximum: Int = .max
  ) -> LineEnd? {
    guard offset >= 0, offset < count, maximum >= 0 else { return nil }
    let longest = min(maximum, count - offset)
    let known = min(max(searched, 0), longest)
    let start = offset + known
    let window = longest - known + 1
    switch style {
    case .lf: return firstIndex(of: 0x0A, from: start, upTo: window).map { LineEnd(offset: $0, length: 1) }
    case .nul: return firstIndex(of: 0, from: start, upTo: window).map { LineEnd(offset: $0, length: 1) }
    case .any: return firstRun(from: start, upTo: window)
    case .crlf:
      guard let newline = firstIndex(of: 0x0A, from: start, upTo: window + 1) else { return nil }
      let hasReturn = newline > offset && peekInteger(at: newline - 1, as: UInt8.self) == 0x0D
      let end = LineEnd(offset: hasReturn ? newline - 1 : newline, length: hasReturn ? 2 : 1)
      return end.offset - offset <= longest ? end : nil
    case .crlfStrict:
      let back = known > 0 ? 1 : 0
      return firstRange(of: [0x0D, 0x0A], from: start - back, upTo: window + 1 + back)
        .map { LineEnd(offset: $0.lowerBound, length: 2) }
    }
  }

  /// The first run of CR and LF that begins in a range. The run itself may go on behind it.
  private func firstRun(from offset: Int, upTo length: Int) -> LineEnd? {
    var position = offset
    var first: Int?
    forEachSpan(from: offset) { span in
      for index in 0..<span.byteCount {
        let byte = span.unsafeLoad(fromByteOffset: index, as: UInt8.self)
        let isEnd = byte == 0x0A || byte == 0x0D
        if first != nil, !isEnd { return false }
        if first == nil, isEnd { first = position }
        if first == nil, position - offset >= length - 1 { return false }
        position += 1
      }
      return true
    }
    return first.map { LineEnd(offset: $0, length: position - $0) }
  }
}
