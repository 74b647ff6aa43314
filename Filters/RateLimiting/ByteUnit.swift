/// The units of amounts and rates, and the grammar they are written in: a decimal number, perhaps a space, a unit.
enum ByteUnit: String, CaseIterable {
  // From the largest down, so that printing finds the shortest text first; bits are taken, never printed.
  case gibibyte = "GiB"
  case gigabyte = "GB"
  case mebibyte = "MiB"
  case megabyte = "MB"
  case kibibyte = "KiB"
  case kilobyte = "kB"
  case byte = "B"
  case gigabit = "Gbit"
  case megabit = "Mbit"
  case kilobit = "kbit"
  case bit = "bit"

  var bits: Int64 {
    switch self {
    case .gibibyte: 8 << 30
    case .gigabyte: 8_000_000_000
    case .mebibyte: 8 << 20
    case .megabyte: 8_000_000
    case .kibibyte: 8 << 10
    case .kilobyte: 8_000
    case .byte: 8
    case .gigabit: 1_000_000_000
    case .megabit: 1_000_000
    case .kilobit: 1_000
    case .bit: 1
    }
  }

  static func text(for bytes: Int64) -> String {
    for unit in allCases where unit.bits >= 8 && bytes != 0 && bytes % (unit.bits / 8) == 0 {
      return "\(bytes / (unit.bits / 8))\(unit.rawValue)"
    }
    return "\(bytes)B"
  }

  static func parse(_ text: String) throws(ByteUnitError) -> Int64 {
    // A digit with an accent is no digit.
    let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    var suffix = text.dropFirst(number.count)
    if suffix.first == " " { suffix = suffix.dropFirst() }
    let (digits, places) = try digits(of: number, in: text)
    guard let unit = unit(named: suffix) else {
      if suffix.isEmpty { throw .noUnit(text) }
      if ["K", "k", "M", "G"].contains(suffix) { throw .ambiguous(number: String(number), prefix: String(suffix)) }
      throw .unknownUnit(String(suffix), in: text)
    }
    // At most 10^19 digits' worth and 2^33 bits: the product fits.
    let bits = UInt128(digits) * UInt128(unit.bits)
    let divisor = UInt128(places) * 8
    guard bits % divisor == 0 else { throw .notWhole(text) }
    guard let bytes = Int64(exactly: bits / divisor) else { throw .tooLarge(text) }
    return bytes
  }

  private static func unit(named name: Substring) -> ByteUnit? {
    // "KB" and "Kbit" are written so often that they are taken; what is printed has the small k.
    allCases.first { $0.rawValue == name }
      ?? (name == "KB" ? .kilobyte : name == "Kbit" ? .kilobit : nil)
  }

  /// The digits of a decimal number as one integer, and the power of ten that it is to be divided by.
  private static func digits(of number: Substring, in text: String) throws(ByteUnitError) -> (UInt64, UInt64) {
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { throw .noNumber(text) }
    var digits: UInt64 = 0
    var places: UInt64 = 1
    for (index, part) in parts.enumerated() {
      for character in part {
        let (scaled, overflow) = digits.multipliedReportingOverflow(by: 10)
        let (sum, carried) = scaled.addingReportingOverflow(UInt64(character.wholeNumberValue ?? 0))
        guard !overflow, !carried, places < 1_000_000_000_000_000_000 else { throw .tooLarge(text) }
        digits = sum
        if index == 1 { places *= 10 }
      }
    }
    return (digits, places)
  }
}

/// Why a text is no amount of bytes, or no rate.
public enum ByteUnitError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It does not begin with a decimal number.
  case noNumber(String)
  /// It ends where the unit should stand.
  case noUnit(String)
  /// A rate that does not end in `/s`.
  case noTime(String)
  /// A prefix alone, which people read as bytes or as bits.
  case ambiguous(number: String, prefix: String)
  /// Not a unit that is known here.
  case unknownUnit(String, in: String)
  /// More than 64 bits hold.
  case tooLarge(String)
  /// A part of a byte is left.
  case notWhole(String)

  /// The error in words, with what to write instead.
  public var description: String {
    switch self {
    case .noNumber(let text): "'\(text)' does not begin with a decimal number: write it like 10MiB/s"
    case .noUnit(let text): "'\(text)' has no unit: write \(text)B for bytes, or KiB, MiB, kB, MB, Mbit and so on"
    case .noTime(let text): "'\(text)' is an amount, not a rate: write \(text)/s"
    case .ambiguous(let number, let prefix):
      "'\(number)\(prefix)' can be read as \(number)\(prefix)iB (bytes) or as \(number)\(prefix)bit (bits): write which"
    case .unknownUnit(let unit, let text):
      "'\(unit)' in '\(text)' is no unit: known are B, kB, MB, GB, KiB, MiB, GiB, bit, kbit, Mbit, Gbit"
    case .tooLarge(let text): "'\(text)' is more than can be counted"
    case .notWhole(let text): "'\(text)' is no whole number of bytes"
    }
  }

  /// The same error in a text that ended in `/s`.
  var perSecond: ByteUnitError {
    switch self {
    case .noNumber(let text): .noNumber(text + "/s")
    case .unknownUnit(let unit, let text): .unknownUnit(unit, in: text + "/s")
    case .tooLarge(let text): .tooLarge(text + "/s")
    case .notWhole(let text): .notWhole(text + "/s")
    case .noUnit, .noTime, .ambiguous: self
    }
  }
}
