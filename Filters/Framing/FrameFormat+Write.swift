public import Sluice

extension FrameFormat {
  /// Moves all of `frame` to the end of `output`, with what stands around it, and leaves it empty. O(segments); no byte of the
  /// frame is copied, and a line is looked through.
  ///
  /// - Throws: `FrameError`, where the frame is longer than the format allows, or is a line with a line end inside.
  public func append(_ frame: inout EventBuffer, to output: inout EventBuffer) throws(FrameError) {
    guard frame.count <= longest else { throw .tooLong(claimed: UInt64(frame.count), longest: longest) }
    switch kind {
    case .lines(let ending):
      if let end = frame.lineEnd(ending.style) { throw .lineEndInside(at: end.offset) }
      output.append(&frame)
      output.append(ending.bytes)
    case .prefixed(let prefix, let countsItself):
      output.append(prefix.bytes(frame.count + (countsItself ? prefix.size ?? 0 : 0)))
      output.append(&frame)
    }
  }

  /// Copies a frame to the end of `output`, otherwise as the other.
  ///
  /// - Throws: as the other.
  public func append(_ bytes: [UInt8], to output: inout EventBuffer) throws(FrameError) {
    var frame = EventBuffer()
    frame.append(bytes)
    try append(&frame, to: &output)
  }
}
