import CZlib
import Sluice

/// The direction that compresses.
struct Deflater: ~Copyable {
  private let settings: Compression
  private let pool: CompressionPool?
  /// Taken when the first byte needs it, given back behind the last.
  private var stream: ZStream?
  private var header: HeaderFields?
  /// Bytes that were taken since everything was last sent.
  private var unflushed = 0
  private var taken = 0
  private var awaitsWake = false
  /// What a flush produced past the limit of its call.
  private var overflow = EventBuffer()
  private var isEnded = false

  init(_ settings: Compression, pool: CompressionPool?) {
    self.settings = settings
    self.pool = pool
  }

  deinit { if let stream { pool?.give(stream) } }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard !isEnded else { return .ended }
    var room = context.limit
    guard room > 0 else { return .blocked }
    let (had, have) = (target.count, source.count)
    room -= passOverflow(to: &target, upTo: room, &context)
    while room > 0, !source.isEmpty { room -= try feed(&source, into: &target, upTo: room, &context) }
    if source.isEmpty {
      switch context.mode {
      case .finished:
        if room > 0, try finish(into: &target, upTo: room) { return .ended }
      case .flush:
        if unflushed > 0 { _ = try flush(into: &target, upTo: max(room, 0), &context) }
      case .normal:
        if unflushed > 0, settings.flushing == .everyRound, !awaitsWake {
          awaitsWake = true
          context.wakeSoon()
        }
      }
    }
    return target.count > had || source.count < have ? .moved : .needsMore
  }

  /// The round is over: sends what waits. It is more than the limit may allow, but no more than a stream holds: `encode`
  /// takes nothing in, and asks for no other wake, before there is room again.
  mutating func wake(_ context: inout FilterContext) throws {
    awaitsWake = false
    context.reply.append(&overflow)
    guard settings.flushing == .everyRound, unflushed > 0, !isEnded else { return }
    try flushAll(into: &context.reply)
  }

  private mutating func passOverflow(
    to target: inout EventBuffer, upTo room: Int, _ context: inout FilterContext
  ) -> Int {
    guard !overflow.isEmpty else { return 0 }
    let moved = target.append(upTo: room, from: &overflow)
    if !overflow.isEmpty { context.wakeSoon() }
    return moved
  }

  /// Compresses from the first segment, without sending what zlib would rather hold.
  ///
  /// - Returns: the number of bytes that joined `target`.
  private mutating func feed(
    _ source: inout EventBuffer, into target: inout EventBuffer, upTo room: Int, _ context: inout FilterContext
  ) throws -> Int {
    var most = Int.max
    if case .pending(let size) = settings.flushing { most = (size << 10) - unflushed }
    let stream = try begun()
    // A stream that flows gets larger segments than one that has a word to say now and then.
    let hint = unflushed > 16_384 ? 4_096 : 1_024
    let outcome = try source.withFirstSpan { span in
      try span.withUnsafeBytes {
        try stream.run(
          UnsafeRawBufferPointer(rebasing: $0.prefix(most)), into: &target, upTo: room, hint: hint, Z_NO_FLUSH)
      }
    }
    try require(outcome.taken + outcome.given > 0, outcome.status)
    source.drain(outcome.taken)
    unflushed += outcome.taken
    taken += outcome.taken
    guard outcome.taken == most else { return outcome.given }
    return try outcome.given + flush(into: &target, upTo: room - outcome.given, &context)
  }

  /// Sends all that zlib holds, and keeps what is more than the room for later: a flush that zlib is to go on with in small
  /// pieces ends in an endless row of empty blocks.
  private mutating func flush(
    into target: inout EventBuffer, upTo room: Int, _ context: inout FilterContext
  ) throws -> Int {
    guard room < settings.deflateKey.bytes else {
      let had = target.count
      try flushAll(into: &target)
      return target.count - had
    }
    var flushed = EventBuffer()
    try flushAll(into: &flushed)
    overflow.append(&flushed)
    return passOverflow(to: &target, upTo: room, &context)
  }

  private mutating func flushAll(into target: inout EventBuffer) throws {
    let stream = try begun()
    while true {
      let outcome = try stream.run(Self.nothing, into: &target, upTo: .max, hint: 1_024, Z_SYNC_FLUSH)
      if outcome.given == 0 || stream.z.pointee.avail_out > 0 { break }
    }
    unflushed = 0
  }

  /// Writes the end of the stream. True where all of it found room.
  private mutating func finish(into target: inout EventBuffer, upTo limit: Int) throws -> Bool {
    var room = limit
    let stream = try begun()
    unflushed = 0
    while room > 0 {
      let outcome = try stream.run(Self.nothing, into: &target, upTo: room, hint: 64, Z_FINISH)
      if outcome.status == Z_STREAM_END {
        end()
        return true
      }
      try require(outcome.given > 0, outcome.status)
      room -= outcome.given
    }
    return false
  }

  private mutating func end() {
    isEnded = true
    if let stream { pool?.give(stream) }
    stream = nil
    header = nil
  }

  private mutating func begun() throws -> ZStream {
    if let stream { return stream }
    let key = settings.deflateKey
    let begun = try pool?.take(key) ?? ZStream(key)
    stream = begun
    if settings.format == .gzip {
      header = settings.header.map { HeaderFields(writing: $0) }
      let status = deflateSetHeader(begun.z, header?.header)
      try require(status == Z_OK, status)
    }
    if let dictionary = settings.dictionary {
      let status = deflateSetDictionary(begun.z, dictionary, UInt32(truncatingIfNeeded: dictionary.count))
      try require(status == Z_OK, status)
    }
    return begun
  }

  /// Where zlib did not do what it promises.
  private func require(_ holds: Bool, _ status: Int32) throws(CompressionError) {
    if !holds { throw ZStream.refusal(status, offset: taken) }
  }

  private static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
