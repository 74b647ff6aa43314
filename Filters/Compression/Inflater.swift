import CZlib
import Sluice

/// The direction that decompresses.
struct Inflater: ~Copyable {
  /// Where it is in the compressed bytes.
  private enum Place {
    /// Before the first stream, or behind a gzip member.
    case between
    /// In a stream or a member.
    case inside
    /// Behind the end, where bytes are thrown away.
    case behind
  }

  private let settings: Compression
  private let pool: CompressionPool?
  private var stream: ZStream?
  private var header: HeaderFields?
  private var place = Place.between
  private var members = 0
  /// Where the current member begins.
  private var memberStart = 0
  private var consumed = 0
  private var produced = 0
  /// zlib found no room for all that it has. The last byte that it took then stays in the source until it has room, so that
  /// whoever calls sees that there is more.
  private var holdsByte = false
  private var failure: CompressionError?

  init(_ settings: Compression, pool: CompressionPool?) {
    self.settings = settings
    self.pool = pool
  }

  deinit { if let stream { pool?.give(stream) } }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    if let failure { throw failure }
    guard context.limit > 0 else { return .blocked }
    let (had, have) = (target.count, source.count)
    do {
      if try decodeAll(&source, into: &target, &context) { return .ended }
    } catch let error as CompressionError {
      failure = error
      giveBack()
      throw error
    }
    return target.count > had || source.count < have ? .moved : .needsMore
  }

  /// True where this was the end of the input.
  private mutating func decodeAll(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> Bool {
    let end = produced + min(context.limit, Int.max - produced)
    while true {
      switch place {
      case .between:
        guard !source.isEmpty else { return atEnd(context.mode) }
        try begin(source.peekInteger(as: UInt8.self))
      case .inside:
        guard produced < end else { return false }
        guard !source.isEmpty else {
          guard context.mode == .finished else { return false }
          throw CompressionError(.truncated, offset: consumed)
        }
        try step(&source, into: &target, upTo: end - produced, &context)
      case .behind:
        consumed += source.drain()
        return atEnd(context.mode)
      }
    }
  }

  private mutating func atEnd(_ mode: FlushMode) -> Bool {
    guard mode == .finished else { return false }
    giveBack()
    return true
  }

  /// Begins a stream with `first`, or finds that it is none.
  private mutating func begin(_ first: UInt8?) throws {
    memberStart = consumed
    if members > 0 {
      guard settings.format == .gzip, first == 0x1F else { return try trail(at: consumed) }
    }
    if let stream {
      try stream.reset()
    } else {
      stream = try pool?.take(settings.inflateKey) ?? ZStream(settings.inflateKey)
    }
    place = .inside
    guard let stream else { return }
    if settings.format == .gzip, settings.announcesHeader, members == 0 {
      let fields = HeaderFields.forReading()
      header = fields
      try require(inflateGetHeader(stream.z, fields.header))
    }
    if settings.format == .raw, settings.dictionary != nil { try require(setDictionary(of: stream)) }
  }

  /// Has zlib go on, from the first segment.
  private mutating func step(
    _ source: inout EventBuffer, into target: inout EventBuffer, upTo room: Int, _ context: inout FilterContext
  ) throws {
    guard let stream else { return }
    let allowed = settings.limits.allowance(consumed: consumed) - produced
    let space = max(min(room, allowed), 0)
    if holdsByte, space == 0 {
      // Only more input can tell whether more output follows, or the end.
      holdsByte = false
      source.drain(1)
      return
    }
    let held = holdsByte
    let outcome = try source.withFirstSpan { span in
      try span.withUnsafeBytes { bytes in
        let input = UnsafeRawBufferPointer(rebasing: bytes.prefix(held ? 0 : bytes.count))
        return try stream.run(input, into: &target, upTo: space, hint: held ? 512 : hint(bytes.count), Z_NO_FLUSH)
      }
    }
    consumed += outcome.taken
    produced += outcome.given
    let isSound = outcome.status == Z_OK || outcome.status == Z_BUF_ERROR
    let takes = outcome.taken + (held ? 1 : 0)
    holdsByte = isSound && space > 0 && stream.z.pointee.avail_out == 0 && takes == source.count
    source.drain(takes - (holdsByte ? 1 : 0))
    if let fields = header?.received {
      header = nil
      context.announce(.notice(fields))
    }
    if isSound, space == 0, takes == 0 {
      throw CompressionError(.expansion(settings.limits, produced: produced), offset: consumed)
    }
    try judge(outcome.status, stream)
  }

  /// How much room in one piece is asked for what `length` bytes may become. Where a piece ends, zlib leaves its fast loop and
  /// copies its window, so few large ones are worth a larger segment.
  private func hint(_ length: Int) -> Int { max(512, min(length, 16 * 1_024) * 4) }

  private mutating func judge(_ status: Int32, _ stream: ZStream) throws {
    switch status {
    case Z_OK, Z_BUF_ERROR: return
    case Z_STREAM_END:
      members += 1
      place = .between
      if settings.format != .gzip { giveBack() }
    case Z_NEED_DICT:
      let id = UInt32(truncatingIfNeeded: stream.z.pointee.adler)
      guard settings.dictionary != nil else { throw CompressionError(.needsDictionary(id: id), offset: consumed) }
      let status = setDictionary(of: stream)
      if status == Z_DATA_ERROR { throw CompressionError(.wrongDictionary(id: id), offset: consumed) }
      try require(status)
    case Z_DATA_ERROR: try explain(stream.z.pointee.msg.map { String(cString: $0) } ?? "no reason given")
    default: throw ZStream.refusal(status, offset: consumed)
    }
  }

  private mutating func explain(_ words: String) throws {
    switch words {
    case "incorrect data check": throw CompressionError(.wrongCheck, offset: consumed)
    case "incorrect length check": throw CompressionError(.wrongLength, offset: consumed)
    case "incorrect header check" where members > 0: try trail(at: memberStart)
    default: throw CompressionError(.corrupt(words), offset: consumed)
    }
  }

  /// Bytes follow the end that belong to nothing.
  private mutating func trail(at offset: Int) throws {
    guard settings.trailingBytes == .ignored else { throw CompressionError(.trailingBytes, offset: offset) }
    place = .behind
    giveBack()
  }

  private func setDictionary(of stream: ZStream) -> Int32 {
    guard let dictionary = settings.dictionary else { return Z_OK }
    return inflateSetDictionary(stream.z, dictionary, UInt32(truncatingIfNeeded: dictionary.count))
  }

  private mutating func giveBack() {
    if let stream { pool?.give(stream) }
    stream = nil
    header = nil
  }

  private func require(_ status: Int32) throws(CompressionError) {
    if status != Z_OK { throw ZStream.refusal(status, offset: consumed) }
  }
}
