public import Sluice

/// How a stream of bytes is divided into frames: by an end behind each, or by its length ahead of it.
///
/// Every format has a longest frame, so that no peer can make memory grow without bound; 64 KiB, where it is not given. Lengths
/// are those of the frame alone, without what stands around it.
public struct FrameFormat: Equatable, Sendable {
  /// What ends a line.
  public enum LineEnding: Sendable, CaseIterable {
    /// LF; a CR before it belongs to the line.
    case lf
    /// CR and LF, nothing less.
    case crlf
    /// LF, with a CR before it where there is one. CR and LF where lines are written.
    case crlfOrLF
    /// A zero byte.
    case nul
  }

  /// How a length is written.
  public enum Prefix: Equatable, Sendable {
    /// One byte.
    case uint8
    /// Two bytes.
    case uint16(EventBuffer.Endianness = .big)
    /// Four bytes.
    case uint32(EventBuffer.Endianness = .big)
    /// Eight bytes.
    case uint64(EventBuffer.Endianness = .big)
    /// Seven bits a byte, the least significant first, the highest bit set in all but the last: up to ten bytes (LEB128, as
    /// Protocol Buffers have it).
    case varint
  }

  enum Kind: Equatable, Sendable {
    case lines(LineEnding)
    case prefixed(Prefix, countsItself: Bool)
  }

  let kind: Kind
  /// The longest frame, in bytes.
  public let longest: Int

  /// The longest frame, where it is not given.
  public static let defaultLongest = 65_536

  private init(_ kind: Kind, _ longest: Int) { (self.kind, self.longest) = (kind, min(max(longest, 0), 1 << 46)) }

  /// Frames that end with their line. The end of the last line is needed, too.
  ///
  /// - Parameters:
  ///   - ending: what ends a line, and is not part of the frame.
  ///   - longest: the longest line, without its end; less than 0 counts as 0.
  /// - Returns: the format.
  public static func lines(_ ending: LineEnding = .crlfOrLF, longest: Int = defaultLongest) -> FrameFormat {
    FrameFormat(.lines(ending), longest)
  }

  /// Frames with their length ahead.
  ///
  /// - Parameters:
  ///   - prefix: how the length is written.
  ///   - countsItself: whether the length counts its own bytes, too. A varint never does.
  ///   - longest: the longest frame, without its length; less than 0 counts as 0. A prefix that can say no more than less has
  ///     its own limit.
  /// - Returns: the format.
  public static func prefixed(
    _ prefix: Prefix, countsItself: Bool = false, longest: Int = defaultLongest
  ) -> FrameFormat {
    let size = countsItself ? prefix.size ?? 0 : 0
    let most = prefix.largest == .max ? Int.max : Int(prefix.largest) - size
    return FrameFormat(.prefixed(prefix, countsItself: size > 0), min(longest, most))
  }
}

extension FrameFormat {
  /// The bytes of the shortest frame, with what stands around it.
  var least: Int {
    switch kind {
    case .lines(let ending): ending == .crlf ? 2 : 1
    case .prefixed(let prefix, _): prefix.size ?? 1
    }
  }
}

extension FrameFormat.LineEnding {
  var style: EventBuffer.LineStyle {
    switch self {
    case .lf: .lf
    case .crlf: .crlfStrict
    case .crlfOrLF: .crlf
    case .nul: .nul
    }
  }

  var bytes: [UInt8] {
    switch self {
    case .lf: [0x0A]
    case .crlf, .crlfOrLF: [0x0D, 0x0A]
    case .nul: [0]
    }
  }
}

extension FrameFormat.Prefix {
  /// How many bytes it has; nil where that depends on the length.
  var size: Int? {
    switch self {
    case .uint8: 1
    case .uint16: 2
    case .uint32: 4
    case .uint64: 8
    case .varint: nil
    }
  }

  /// The largest number that it can say, as far as that matters here.
  var largest: UInt64 {
    switch self {
    case .uint8: UInt64(UInt8.max)
    case .uint16: UInt64(UInt16.max)
    case .uint32: UInt64(UInt32.max)
    case .uint64, .varint: .max
    }
  }

  /// The number at the front of a buffer, and how many bytes it has; nil, where it is not whole.
  func number(in input: borrowing EventBuffer) throws(FrameError) -> (value: UInt64, size: Int)? {
    switch self {
    case .uint8: input.peekInteger(as: UInt8.self).map { (UInt64($0), 1) }
    case .uint16(let order): input.peekInteger(as: UInt16.self, endianness: order).map { (UInt64($0), 2) }
    case .uint32(let order): input.peekInteger(as: UInt32.self, endianness: order).map { (UInt64($0), 4) }
    case .uint64(let order): input.peekInteger(as: UInt64.self, endianness: order).map { ($0, 8) }
    case .varint: try Self.varint(in: input)
    }
  }

  private static func varint(in input: borrowing EventBuffer) throws(FrameError) -> (value: UInt64, size: Int)? {
    var value: UInt64 = 0
    for index in 0..<min(input.count, 10) {
      guard let byte = input.peekInteger(at: index, as: UInt8.self) else { return nil }
      if index == 9, byte > 1 { throw .badVarint }
      value |= UInt64(byte & 0x7F) << UInt64(7 * index)
      if byte < 0x80 { return (value, index + 1) }
    }
    return nil
  }

  /// A number as bytes; it is one that can be said.
  func bytes(_ value: Int) -> [UInt8] {
    switch self {
    case .uint8: [UInt8(truncatingIfNeeded: value)]
    case .uint16(let order): Self.bytes(UInt16(truncatingIfNeeded: value), order)
    case .uint32(let order): Self.bytes(UInt32(truncatingIfNeeded: value), order)
    case .uint64(let order): Self.bytes(UInt64(truncatingIfNeeded: value), order)
    case .varint: Self.varint(value)
    }
  }

  private static func bytes(_ value: some FixedWidthInteger, _ order: EventBuffer.Endianness) -> [UInt8] {
    withUnsafeBytes(of: order == .big ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var (rest, bytes): (Int, [UInt8]) = (value, [])
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
  }
}
