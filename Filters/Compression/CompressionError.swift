/// What is wrong with a compressed stream, and where. Bytes ahead of the fault were delivered; those of a member whose check
/// is wrong are not to be trusted.
public struct CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Fault: Equatable, Sendable {
    /// The bytes are no such stream; in zlib's words.
    case corrupt(String)
    /// The data does not have the check that the stream gives: CRC-32 for gzip, Adler-32 for zlib.
    case wrongCheck
    /// The data does not have the length that the gzip member gives.
    case wrongLength
    /// The stream needs a dictionary, whose Adler-32 is `id`, and the settings have none.
    case needsDictionary(id: UInt32)
    /// The stream needs another dictionary than that of the settings.
    case wrongDictionary(id: UInt32)
    /// Bytes follow the end of the stream, or of a gzip member, that are no member.
    case trailingBytes
    /// The input ended inside a stream or a gzip member.
    case truncated
    /// The stream would become longer than the limits allow; it was stopped after `produced` bytes.
    case expansion(ExpansionLimits, produced: Int)
    /// The pool's limit on streams in use was reached, in bytes.
    case tooManyStreams(limit: Int)
    /// The system has no memory for a stream.
    case outOfMemory
    /// zlib refused a call, with this status: a fault of this module.
    case refusedByLibrary(status: Int)
  }

  /// What is wrong.
  public let fault: Fault
  /// Bytes of the compressed stream that were used when the fault was found, from its very beginning: the fault is in front of
  /// there. For trailing bytes, where they begin. When compressing, bytes that were taken.
  public let offset: Int

  /// An error at a place.
  public init(_ fault: Fault, offset: Int) {
    self.fault = fault
    self.offset = offset
  }

  /// The error in words, with what to do about it.
  public var description: String {
    "\(what) (offset \(offset))"
  }

  private var what: String {
    switch fault {
    case .corrupt(let words): "the stream is corrupt: \(words); see that both ends use the same format"
    case .wrongCheck: "the data has another check sum than the stream says: bytes were changed; send it again"
    case .wrongLength: "the data has another length than the stream says: bytes were changed; send it again"
    case .needsDictionary(let id): "the stream needs the dictionary \(hex(id)): give it in the settings"
    case .wrongDictionary(let id): "the stream needs the dictionary \(hex(id)), and the settings have another one"
    case .trailingBytes:
      "bytes follow the end of the compressed stream: set trailingBytes to .ignored where that is to be expected"
    case .truncated: "the input ended inside a compressed stream: the other end stopped early, or bytes were lost"
    case .expansion(let limits, let produced): Self.describe(limits, produced)
    case .tooManyStreams(let limit):
      "streams that are in use fill the pool's limit of \(limit) bytes: raise it, or lower windowBits and memoryLevel"
    case .outOfMemory: "no memory for a stream: lower windowBits and memoryLevel, or the number of streams"
    case .refusedByLibrary(let status): "zlib refused a call with status \(status): please report this"
    }
  }

  private func hex(_ id: UInt32) -> String { "0x" + String(id, radix: 16) }

  private static func describe(_ limits: ExpansionLimits, _ produced: Int) -> String {
    var bounds: [String] = []
    if let total = limits.total { bounds.append("\(total) bytes in all") }
    if let ratio = limits.ratio { bounds.append("\(limits.floor) bytes and \(ratio) for each byte of input") }
    let bound = bounds.joined(separator: "; ")
    return "the stream expands past its limits (\(bound)), and was stopped after \(produced) bytes: "
      + "a decompression bomb; raise the limits where such data is honest"
  }
}
