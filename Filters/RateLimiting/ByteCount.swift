/// A number of bytes, in units of one's own choice: `.mebibytes(1)`, `ByteCount("64KiB")`, or a plain integer for bytes.
///
/// Amounts that 64 bits cannot hold become the largest that they can; no arithmetic here overflows or traps.
public struct ByteCount: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
  /// The amount in bytes.
  public let bytes: Int64

  /// An amount in bytes.
  public init(bytes: some BinaryInteger) { self.bytes = Int64(clamping: bytes) }

  /// An amount in bytes.
  public init(integerLiteral value: Int64) { bytes = value }

  /// Parses an amount with a unit: `64KiB`, `1.5 MiB`, `10MB`, `100B`, and also `80Mbit`, where that makes whole bytes.
  ///
  /// - Throws: `ByteUnitError`, where it is not a number with a unit, is ambiguous (`10M`), or is no whole number of bytes.
  public init(_ text: some StringProtocol) throws(ByteUnitError) { bytes = try ByteUnit.parse(String(text)) }

  /// Bytes.
  public static func bytes(_ count: Int64) -> ByteCount { ByteCount(bytes: count) }
  /// Units of 1,000 bytes.
  public static func kilobytes(_ count: Int64) -> ByteCount { ByteCount(count, .kilobyte) }
  /// Units of 1,000,000 bytes.
  public static func megabytes(_ count: Int64) -> ByteCount { ByteCount(count, .megabyte) }
  /// Units of 1,000,000,000 bytes.
  public static func gigabytes(_ count: Int64) -> ByteCount { ByteCount(count, .gigabyte) }
  /// Units of 1,024 bytes.
  public static func kibibytes(_ count: Int64) -> ByteCount { ByteCount(count, .kibibyte) }
  /// Units of 1,024 kibibytes.
  public static func mebibytes(_ count: Int64) -> ByteCount { ByteCount(count, .mebibyte) }
  /// Units of 1,024 mebibytes.
  public static func gibibytes(_ count: Int64) -> ByteCount { ByteCount(count, .gibibyte) }
  /// Units of 1,000 bits, cut down to whole bytes.
  public static func kilobits(_ count: Int64) -> ByteCount { ByteCount(count, .kilobit) }
  /// Units of 1,000,000 bits.
  public static func megabits(_ count: Int64) -> ByteCount { ByteCount(count, .megabit) }
  /// Units of 1,000,000,000 bits.
  public static func gigabits(_ count: Int64) -> ByteCount { ByteCount(count, .gigabit) }

  private init(_ count: Int64, _ unit: ByteUnit) {
    let (product, overflow) = count.multipliedReportingOverflow(by: unit.bits / 8)
    bytes = overflow ? (count < 0 ? .min : .max) : product
  }

  /// The amount in the largest unit that it is a whole number of, as the parser takes it: `64KiB`, `10MB`, `1B`.
  public var description: String { ByteUnit.text(for: bytes) }

  /// Whether `left` is fewer bytes than `right`.
  public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}
