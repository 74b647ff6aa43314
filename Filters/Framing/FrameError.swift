/// Why there is no frame to be had, or to be written. Nothing was taken.
public enum FrameError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A frame is longer than its format allows. `claimed` is what its length says; of a line, a byte more than is allowed.
  case tooLong(claimed: UInt64, longest: Int)
  /// A length that counts itself is less than its own bytes.
  case impossibleLength(claimed: UInt64, prefix: Int)
  /// A varint does not end within ten bytes, or is more than 64 bits hold.
  case badVarint
  /// The input ended in the middle of a frame: so many bytes are left, and so many were needed at least.
  case truncated(have: Int, needed: Int)
  /// A line to be written has a line end inside, at this offset: it would be read as two.
  case lineEndInside(at: Int)

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .tooLong(let claimed, let longest):
      "a frame of \(claimed) bytes is longer than the \(longest) that are allowed; end the conversation, or allow more"
    case .impossibleLength(let claimed, let prefix):
      "a length of \(claimed), which counts its own \(prefix) bytes, cannot be"
    case .badVarint: "a length does not end within ten bytes, or is more than 64 bits hold"
    case .truncated(let have, let needed):
      "the input ended in the middle of a frame: \(have) bytes are left of \(needed) at least"
    case .lineEndInside(let offset):
      "a line to be written has a line end at byte \(offset): write it as two, or use lengths"
    }
  }
}
