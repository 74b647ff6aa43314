extension Compression {
  /// What stands around the compressed blocks.
  public enum Format: String, Sendable, CaseIterable {
    /// A header with optional fields, a CRC-32 and the length. RFC 1952.
    case gzip
    /// Two bytes ahead, an Adler-32 behind. RFC 1950.
    case zlib
    /// Nothing. RFC 1951.
    case raw
  }

  /// How matches are looked for. zlib: the `strategy` of `deflateInit2`.
  public enum Strategy: Sendable, CaseIterable {
    /// For everything; `Z_DEFAULT_STRATEGY`.
    case standard
    /// For small values that are distributed at random; `Z_FILTERED`.
    case filtered
    /// No matches, only codes; `Z_HUFFMAN_ONLY`.
    case huffmanOnly
    /// Matches with the byte before only; `Z_RLE`.
    case runLength
    /// No codes made for the data; `Z_FIXED`.
    case fixedCodes
  }

  /// When bytes that the compressor holds back are sent. A flush costs 4 to 5 bytes on the wire and some of the ratio; until
  /// then the other end may not see the last bytes. An explicit `flush` of the buffer event, and its end, always send all.
  public enum FlushPolicy: Equatable, Sendable {
    /// When the loop's current round ends: what is written in one go is flushed in one go.
    case everyRound
    /// When this many KiB were written since the last flush, and no sooner.
    case pending(kibibytes: Int)
    /// Only when a flush or the end asks for it.
    case whenAsked
  }

  /// What is done with bytes behind the end of a compressed stream. Behind a gzip member, another member is no such bytes.
  public enum TrailingBytes: Sendable {
    /// They are an error.
    case refused
    /// They are thrown away, however many come.
    case ignored
  }
}
