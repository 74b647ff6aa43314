/// When a certificate, or a list of revoked certificates, is valid.
///
/// Relative moments count from the time of making. Certificates know whole seconds; fractions are cut off.
public enum TestValidity: Sendable, Hashable {
  /// From one hour ago for so many days from now.
  case days(Int)
  /// Ended a day ago, after a year.
  case expired
  /// Begins a day from now, for a year.
  case notYetValid
  /// Between two moments relative to now; negative ones lie in the past. The second may lie before the first.
  case relative(from: Duration, until: Duration)
  /// Between two moments in seconds since 1970 (UTC). The second may lie before the first.
  case absolute(notBefore: Int64, notAfter: Int64)

  /// Begins a year from now and ended a year ago: never valid.
  public static var reversed: Self { .relative(from: .seconds(year), until: .seconds(-year)) }

  /// From 1970 until the last second of the year 9999, which RFC 5280 defines as "no end known".
  public static var endless: Self { .absolute(notBefore: 0, notAfter: 253_402_300_799) }

  /// What an authority gets when nothing else is said: thirty days ago until ten years from now.
  public static var authorityDefault: Self { .relative(from: .seconds(-30 * day), until: .seconds(10 * year)) }

  private static var day: Int64 { 86_400 }
  private static var year: Int64 { 365 * day }

  /// One of the two ends of a validity.
  enum Moment {
    /// Seconds from now.
    case fromNow(Int64)
    /// Seconds since 1970.
    case since1970(Int64)
  }

  /// Both ends, or `nil` when a number of days is beyond counting in seconds.
  var moments: (notBefore: Moment, notAfter: Moment)? {
    switch self {
    case .days(let days):
      let (seconds, overflow) = Int64(days).multipliedReportingOverflow(by: Self.day)
      return overflow ? nil : (.fromNow(-3600), .fromNow(seconds))
    case .expired: return (.fromNow(-Self.day - Self.year), .fromNow(-Self.day))
    case .notYetValid: return (.fromNow(Self.day), .fromNow(Self.day + Self.year))
    case .relative(let start, let end):
      return (.fromNow(start.components.seconds), .fromNow(end.components.seconds))
    case .absolute(let start, let end): return (.since1970(start), .since1970(end))
    }
  }
}
