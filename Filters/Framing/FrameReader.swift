public import Sluice

/// Takes whole frames off a buffer. It holds no byte itself: what is not whole stays in the buffer.
///
/// ```swift
/// var reader = FrameReader(.prefixed(.uint32(), longest: 1 << 20))
/// let read = { (event: BufferEvent) in
///   do {
///     while let frame = try event.readFrame(with: &reader) { answer(frame) }
///   } catch {
///     event.abort()
///   }
/// }
/// event.onRead = read
/// event.onEvent = { event, what in if case .endOfInput = what { read(event) } }
/// ```
public struct FrameReader: Sendable {
  /// How the stream is divided.
  public let format: FrameFormat
  /// How many bytes the buffer has to hold before there can be a frame, as far as the last call could tell.
  public private(set) var needed: Int
  /// How many bytes were looked at for the end of a line.
  private var searched = 0

  /// A reader that stands at the beginning of a frame.
  public init(_ format: FrameFormat) {
    self.format = format
    needed = format.least
  }

  /// Takes the first frame off the front, without what stands around it; nil, with nothing taken, where it is not whole. O(new
  /// bytes) for lines, else O(1), and what moving costs: whole segments move by pointer, the rest is copied once. A length is
  /// held against the longest frame as soon as it is there, and nothing is allocated for what it claims.
  ///
  /// Nobody else may take bytes off the front in the middle of a frame.
  ///
  /// - Throws: `FrameError`; each further call throws it again.
  public mutating func next(from input: inout EventBuffer) throws(FrameError) -> EventBuffer? {
    guard let place = try find(in: input) else { return nil }
    input.drain(place.before)
    var frame = input.slice(upTo: 0)
    frame.append(upTo: place.length, from: &input)
    input.drain(place.behind)
    (needed, searched) = (format.least, 0)
    return frame
  }

  /// Throws where bytes are left though nothing follows: the input was cut off in the middle of a frame. To be called at the end
  /// of the input, when `next(from:)` gives none.
  ///
  /// - Throws: `FrameError.truncated`.
  public func checkEnd(of input: borrowing EventBuffer) throws(FrameError) {
    guard input.isEmpty else { throw .truncated(have: input.count, needed: max(needed, input.count + 1)) }
  }

  private struct Place {
    var before = 0
    let length: Int
    var behind = 0
  }

  private mutating func find(in input: borrowing EventBuffer) throws(FrameError) -> Place? {
    switch format.kind {
    case .lines(let ending): try findLine(in: input, ending)
    case .prefixed(let prefix, let countsItself): try findLength(in: input, prefix, countsItself)
    }
  }

  private mutating func findLine(
    in input: borrowing EventBuffer, _ ending: FrameFormat.LineEnding
  ) throws(FrameError) -> Place? {
    let longest = format.longest
    if let end = input.lineEnd(ending.style, searched: searched, maximum: longest) {
      return Place(length: end.offset, behind: end.length)
    }
    // The last byte may be the CR of an end.
    guard input.count < longest + ending.bytes.count else {
      throw .tooLong(claimed: UInt64(longest) + 1, longest: longest)
    }
    searched = input.count
    needed = input.count + 1
    return nil
  }

  private mutating func findLength(
    in input: borrowing EventBuffer, _ prefix: FrameFormat.Prefix, _ countsItself: Bool
  ) throws(FrameError) -> Place? {
    guard let (claimed, size) = try prefix.number(in: input) else {
      needed = max(format.least, input.count + 1)
      return nil
    }
    let extra = countsItself ? UInt64(size) : 0
    guard claimed >= extra else { throw .impossibleLength(claimed: claimed, prefix: size) }
    guard claimed - extra <= UInt64(format.longest) else {
      throw .tooLong(claimed: claimed - extra, longest: format.longest)
    }
    let length = Int(claimed - extra)
    needed = size + length
    return input.count < needed ? nil : Place(before: size, length: length)
  }
}
