public import Sluice

/// A filter that compresses what is written and decompresses what comes, with the system's zlib.
///
/// The coded bytes are read from the segments of one buffer and written into those of the next, with no copy in between.
/// Each direction makes its stream when the first byte needs it (`CompressionPool` has the costs), and gives it back when it
/// has ended, or with the filter.
///
/// Compressing: bytes that zlib holds back are sent as `Compression.flushing` says. The end of writing, without a byte
/// written too, writes the end of the stream with its check. Decompressing: a stream, or a gzip member, that is cut off is an
/// error at the end of the input; an input without a single byte is an empty one. The end of the compressed stream alone ends
/// nothing, as gzip members or bytes to refuse may follow it: `.endOfInput` comes with the end of the input below.
/// Errors are `CompressionError`, as the reason `.filter` of the buffer event's error.
///
/// libevent: none; the filter that its `regress_zlib.c` builds.
public struct Deflate: Filter, ~Copyable {
  private let settings: Compression
  private var deflater: Deflater
  private var inflater: Inflater

  /// A filter that starts a stream in each direction. Allocates nothing yet.
  ///
  /// - Parameters:
  ///   - settings: how to compress, and what to accept.
  ///   - pool: where streams come from, and go to; nil makes them anew.
  /// - Throws: `CompressionSettingsError` where the settings cannot be, or the system's zlib is too old to be trusted.
  public init(
    _ settings: Compression = .gzip(), pool: CompressionPool? = nil
  ) throws(CompressionSettingsError) {
    try settings.check()
    self.settings = settings
    deflater = Deflater(settings, pool: pool)
    inflater = Inflater(settings, pool: pool)
  }

  /// `gzip`, `zlib`, or `raw`.
  public var name: String { settings.format.rawValue }

  /// Compresses, and asks to be woken when the round ends where the policy says so.
  ///
  /// - Throws: `CompressionError` where there is no stream to be had.
  public mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard settings.directions.contains(.write) else { return pass(&source, to: &target, context.limit, context.mode) }
    return try deflater.encode(&source, into: &target, &context)
  }

  /// Decompresses, and announces the header of a first gzip member where the settings ask for it.
  ///
  /// - Throws: `CompressionError`; the bytes ahead of the fault are in `target`.
  public mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard settings.directions.contains(.read) else { return pass(&source, to: &target, context.limit, context.mode) }
    return try inflater.decode(&source, into: &target, &context)
  }

  /// Sends what zlib holds back.
  ///
  /// - Throws: `CompressionError` where there is no stream to be had.
  public mutating func wake(_ context: inout FilterContext) throws {
    try deflater.wake(&context)
  }

  private func pass(
    _ source: inout EventBuffer, to target: inout EventBuffer, _ limit: Int, _ mode: FlushMode
  ) -> FilterProgress {
    guard limit > 0 else { return .blocked }
    if target.append(upTo: limit, from: &source) > 0 { return .moved }
    return mode == .finished ? .ended : .needsMore
  }
}
