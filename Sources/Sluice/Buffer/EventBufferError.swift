/// Why an operation on a buffer was refused. The buffer is as it was.
public enum EventBufferError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A length that is negative, or that no memory can hold.
  case refusedSize(Int)
  /// The operation needs more bytes than the buffer holds.
  case tooShort(wanted: Int, have: Int)
  /// A line is longer than the caller allows.
  case lineTooLong(maximum: Int)

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .refusedSize(let size):
      "a size of \(size) bytes is refused: it must be 0 or more, and fit into memory; check where the length came from"
    case .tooShort(let wanted, let have):
      "\(wanted) bytes were asked for, and the buffer holds \(have); wait for more, or ask for fewer"
    case .lineTooLong(let maximum):
      "there is no line end within \(maximum) bytes; end the conversation, drain the line, or allow more"
    }
  }
}
