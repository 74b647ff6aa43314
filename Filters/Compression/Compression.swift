public import Sluice

/// How a stream is compressed, and what is accepted where it is decompressed. A value: one serves any number of streams.
///
/// ```swift
/// var settings = Compression.gzip(level: 1)
/// settings.flushing = .pending(kibibytes: 64)
/// let event = try end.compressed(settings)
/// ```
///
/// Settings are checked when a filter is made of them.
public struct Compression: Equatable, Sendable {
  /// What stands around the compressed blocks.
  public var format: Format
  /// How much work compressing may be: 0 (none, stored) to 9 (most); -1 is zlib's own choice, 6.
  public var level: Int
  /// The size of the window that matches are looked for in, as a power of two: 9...15. Compressing takes
  /// `1 << (windowBits + 2)` bytes for it; 15 and `memoryLevel` 8 make 256 KiB a stream, 13 and 5 make 48 KiB. Any window is
  /// accepted where a stream is decompressed.
  public var windowBits = 15
  /// How much memory compressing may take besides, `1 << (memoryLevel + 9)` bytes: 1...9.
  public var memoryLevel = 8
  /// How matches are looked for.
  public var strategy = Strategy.standard
  /// Bytes that both ends know beforehand, for streams that are short and alike; not for gzip. zlib uses the last window of
  /// it. A zlib stream names the dictionary that it needs, a raw one does not.
  public var dictionary: [UInt8]?
  /// What stands in the header of the gzip member that is written; nil writes the shortest header.
  public var header: GzipHeader?
  /// Whether the header of the first gzip member that comes is announced, as `StreamEvent.notice` with a `GzipHeader`. Those
  /// of later members are not, so that a stream of empty members cannot pile up announcements.
  public var announcesHeader = false
  /// When bytes that the compressor holds back are sent.
  public var flushing = FlushPolicy.everyRound
  /// Which directions are coded: what is written is compressed, what comes is decompressed. A direction that is not named
  /// passes its bytes on as they are.
  public var directions = Directions.both
  /// How far a stream may expand where it is decompressed.
  public var limits = ExpansionLimits()
  /// What is done with bytes behind the end of a compressed stream.
  public var trailingBytes = TrailingBytes.refused

  /// Settings of a format; everything else as zlib has it.
  public init(_ format: Format, level: Int = 6) {
    self.format = format
    self.level = level
  }

  /// The gzip format (RFC 1952): a header, a CRC-32 and the length; any number of members one behind the other.
  public static func gzip(level: Int = 6) -> Compression { Compression(.gzip, level: level) }

  /// The zlib format (RFC 1950): two bytes ahead, an Adler-32 behind.
  public static func zlib(level: Int = 6) -> Compression { Compression(.zlib, level: level) }

  /// Compressed blocks alone (RFC 1951): nothing tells a fault that still decodes.
  public static func raw(level: Int = 6) -> Compression { Compression(.raw, level: level) }
}
