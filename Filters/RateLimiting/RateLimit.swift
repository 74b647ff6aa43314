/// What a rate limit allows: in each direction a rate and a burst, or nothing where that direction is free. libevent:
/// `struct ev_token_bucket_cfg`, which here is a value that nobody has to keep alive.
///
/// ```swift
/// let limit = try RateLimit(.perSecond(.mebibytes(1)))
/// let lopsided = try RateLimit(
///   reading: .init(ByteRate("80Mbit/s")), writing: .init(.perSecond(.mebibytes(1)), burst: .kibibytes(64)))
/// ```
public struct RateLimit: Equatable, Sendable, CustomStringConvertible {
  /// What one direction may use.
  public struct Allowance: Equatable, Sendable {
    /// What flows in, all the time.
    public var rate: ByteRate
    /// The most that gathers while nothing is sent, and may then pass at once. Where it is not given, what a tenth of a
    /// second brings, and at least what a tick brings.
    public var burst: ByteCount?
    /// What is there when the limit begins, cut to the burst; it may be negative. Where it is not given: with a tick, what
    /// one tick brings, as in libevent; without one, a full burst.
    public var start: ByteCount?

    /// What one direction may use.
    public init(_ rate: ByteRate, burst: ByteCount? = nil, start: ByteCount? = nil) {
      (self.rate, self.burst, self.start) = (rate, burst, start)
    }
  }

  /// What may be read; nil: anything.
  public let reading: Allowance?
  /// What may be written; nil: anything.
  public let writing: Allowance?
  /// How often the buckets are refilled; nil: continuously, to the byte and the nanosecond.
  public let tick: Duration?

  /// The shortest tick, and the burst that continuous refill needs at least: below, the rate could not be kept.
  static let shortestTick: Int64 = 1_000_000
  static let longestTick: Int64 = 86_400_000_000_000

  /// No limit in either direction; what passes is counted all the same.
  public static let unlimited = RateLimit()

  private init() { (reading, writing, tick) = (nil, nil, nil) }

  /// A limit for each direction, or for one of them.
  ///
  /// - Parameters:
  ///   - reading: what may be read.
  ///   - writing: what may be written.
  ///   - tick: where libevent's rhythm is wanted, the time between two refills: from a millisecond to a day.
  /// - Throws: `RateLimitError` for rates of 0 and less, for bursts below what a tick (or, without one, a millisecond) brings,
  ///   and for ticks outside of their bounds.
  public init(reading: Allowance? = nil, writing: Allowance? = nil, tick: Duration? = nil) throws(RateLimitError) {
    if let tick, !(Self.shortestTick...Self.longestTick).contains(tick.clampedNanoseconds) {
      throw .tickOutOfBounds(tick)
    }
    (self.reading, self.writing, self.tick) = (reading, writing, tick)
    for allowance in [reading, writing] {
      guard let allowance else { continue }
      guard allowance.rate.bytesPerSecond > 0 else { throw .rateNotPositive(allowance.rate) }
      let least = leastBurst(of: allowance.rate)
      if let burst = allowance.burst, burst.bytes < least {
        throw .burstBelowRate(burst, needed: .bytes(least), tick: tick)
      }
    }
  }

  /// The same limit for both directions, each with a bucket of its own. Parameters and errors as in the other.
  public init(
    _ rate: ByteRate, burst: ByteCount? = nil, start: ByteCount? = nil, tick: Duration? = nil
  ) throws(RateLimitError) {
    let allowance = Allowance(rate, burst: burst, start: start)
    try self.init(reading: allowance, writing: allowance, tick: tick)
  }

  var tickNanoseconds: Int64 { tick?.clampedNanoseconds ?? 0 }

  func leastBurst(of rate: ByteRate) -> Int64 {
    max(1, Self.bytes(at: rate.bytesPerSecond, in: max(tickNanoseconds, Self.shortestTick)))
  }

  func burst(of allowance: Allowance) -> Int64 {
    allowance.burst?.bytes
      ?? max(leastBurst(of: allowance.rate), Self.bytes(at: allowance.rate.bytesPerSecond, in: 100_000_000))
  }

  /// What a rate brings in a time, cut down to whole bytes; both are at least 0.
  static func bytes(at rate: Int64, in nanoseconds: Int64) -> Int64 {
    Int64(clamping: UInt128(clamping: rate) * UInt128(clamping: nanoseconds) / 1_000_000_000)
  }

  /// The limit in words.
  public var description: String {
    let directions: [(String, Allowance?)] = [("reading", reading), ("writing", writing)]
    let texts = directions.compactMap { name, allowance in
      allowance.map { "\(name) \($0.rate), burst \(ByteCount.bytes(burst(of: $0)))" }
    }
    if texts.isEmpty { return "unlimited" }
    return texts.joined(separator: "; ") + (tick.map { "; tick \($0)" } ?? "")
  }
}
