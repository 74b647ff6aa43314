public import Sluice

extension BufferEvent {
  /// Takes the first frame off the input; nil, where it is not whole yet. To be called from `onRead` until it gives none, and
  /// once more when `.endOfInput` is told, where a frame that was cut off throws.
  ///
  /// Where it gives none, the read marks follow: the next read callback comes when as many bytes are there as a frame needs, and
  /// the high mark has room for them.
  ///
  /// - Parameter reader: what belongs to this input, and is passed again each time.
  /// - Returns: the frame, without what stands around it.
  /// - Throws: `FrameError`; nothing is taken.
  public func readFrame(with reader: inout FrameReader) throws(FrameError) -> EventBuffer? {
    if let frame = try reader.next(from: &input) { return frame }
    if isInputEnded { try reader.checkEnd(of: input) }
    // How long a line will be is not known before its end: where the input is full, it gets room for the longest.
    let end = reader.format.endLength
    let room = end > 0 && inputCount >= readMarks.high ? reader.format.longest + end : 0
    let marks = Watermarks(low: reader.needed, high: max(readMarks.high, reader.needed, room))
    if marks != readMarks { readMarks = marks }
    return nil
  }

  /// Sends a frame with what stands around it, as `write(_:)` does, and leaves it empty; where writing is refused it keeps its
  /// bytes.
  ///
  /// - Throws: `FrameError`, where the format cannot hold it; nothing is sent.
  @discardableResult
  public func writeFrame(_ frame: inout EventBuffer, as format: FrameFormat) throws(FrameError) -> WriteOutcome {
    let length = frame.count
    var whole = base.makeBuffer()
    try format.append(&frame, to: &whole)
    let behind = format.endLength
    let outcome = write(&whole)
    if !outcome.isAccepted {
      whole.drain(whole.count - behind - length)
      frame.append(upTo: length, from: &whole)
    }
    return outcome
  }

  /// Sends a copy of some bytes as a frame.
  ///
  /// - Throws: as the other.
  @discardableResult
  public func writeFrame(_ bytes: [UInt8], as format: FrameFormat) throws(FrameError) -> WriteOutcome {
    var frame = base.makeBuffer()
    frame.append(bytes)
    return try writeFrame(&frame, as: format)
  }

  /// Sends the UTF-8 of a text as a frame.
  ///
  /// - Throws: as the other.
  @discardableResult
  public func writeFrame(_ text: String, as format: FrameFormat) throws(FrameError) -> WriteOutcome {
    try writeFrame(Array(text.utf8), as: format)
  }
}

extension FrameFormat {
  /// How many bytes stand behind a frame.
  var endLength: Int {
    if case .lines(let ending) = kind { ending.bytes.count } else { 0 }
  }
}
