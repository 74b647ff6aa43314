/// A number of bytes in a second: `.perSecond(.mebibytes(1))`, `ByteRate("10MiB/s")`, `ByteRate("80Mbit/s")`.
public struct ByteRate: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The bytes of one second.
  public let bytesPerSecond: Int64

  /// A rate in bytes a second.
  public init(bytesPerSecond: some BinaryInteger) { self.bytesPerSecond = Int64(clamping: bytesPerSecond) }

  /// A rate by the amount of one second.
  public static func perSecond(_ amount: ByteCount) -> ByteRate { ByteRate(bytesPerSecond: amount.bytes) }

  /// The rate that brings `amount` in each `interval`, cut down to whole bytes a second: libevent's way to give a rate, with
  /// `interval` as the tick. An interval of zero or less counts as a nanosecond.
  public static func per(_ interval: Duration, _ amount: ByteCount) -> ByteRate {
    let nanoseconds = UInt128(clamping: max(interval.clampedNanoseconds, 1))
    let rate = UInt128(clamping: amount.bytes) * 1_000_000_000 / nanoseconds
    return ByteRate(bytesPerSecond: rate)
  }

  /// Parses an amount with its unit and `/s`: `10MiB/s`, `1.5 MB/s`, `80Mbit/s`, `100B/s`.
  ///
  /// - Throws: `ByteUnitError`, where it is not that, is ambiguous (`10M`), or is no whole number of bytes a second.
  public init(_ text: some StringProtocol) throws(ByteUnitError) {
    let text = String(text)
    guard text.hasSuffix("/s") else {
      _ = try ByteUnit.parse(text)
      throw .noTime(text)
    }
    do {
      bytesPerSecond = try ByteUnit.parse(String(text.dropLast(2)))
    } catch {
      throw error.perSecond
    }
  }

  /// The rate in the largest unit that it is a whole number of, as the parser takes it: `10MiB/s`.
  public var description: String { ByteUnit.text(for: bytesPerSecond) + "/s" }

  /// Whether `left` is slower than `right`.
  public static func < (left: ByteRate, right: ByteRate) -> Bool { left.bytesPerSecond < right.bytesPerSecond }
}

extension Duration {
  /// The duration in nanoseconds, cut to what 64 bits hold.
  var clampedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds < 0 ? .min : .max) : sum
  }
}
