/// The arithmetic of a limit: what has gathered at a rate up to a burst, less what was taken. A value without a clock; every
/// instant is given in nanoseconds, and one before the last is taken for the last.
///
/// Refill is exact: the part of a byte that is left over is kept, so nothing drifts, and in no window of time can more than
/// the burst and the rate times the window be taken (with a tick: and one tick more). No value of any argument overflows.
/// libevent: `struct ev_token_bucket`.
public struct TokenBucket: Equatable, Sendable {
  /// Bytes a second.
  public private(set) var rate: Int64
  /// The most that gathers.
  public private(set) var burst: Int64
  /// Nanoseconds between refills; 0 where it is continuous.
  public private(set) var tick: Int64
  /// What may be taken, as of the last refill; negative where more was taken than was there.
  public private(set) var level: Int64
  /// When it was last refilled; with a tick, the last tick that was counted.
  public private(set) var lastRefill: Int64
  /// Billionths of a byte that gathered beside `level`.
  private var fraction: Int64 = 0

  static let billion: Int64 = 1_000_000_000
  /// Takes end here, far from where 64 bits do.
  private static let lowest = Int64.min / 2

  /// A bucket that begins at `now`.
  ///
  /// - Parameters:
  ///   - rate: bytes a second; less than 1 counts as 1.
  ///   - burst: the most that gathers; less than 1 counts as 1.
  ///   - level: what is there at once, cut to the burst; nil: with a tick, what one tick brings, else the burst.
  ///   - tick: nanoseconds between refills; 0 or less: continuous.
  ///   - now: when it begins, which is also when its ticks are counted from.
  public init(rate: Int64, burst: Int64, level: Int64? = nil, tick: Int64 = 0, now: Int64) {
    self.rate = max(rate, 1)
    self.burst = max(burst, 1)
    self.tick = max(tick, 0)
    lastRefill = now
    let start = level ?? (tick > 0 ? max(1, RateLimit.bytes(at: self.rate, in: tick)) : self.burst)
    self.level = min(max(start, Self.lowest), self.burst)
  }

  /// Adds what has gathered since the last refill. O(1), without a division where nothing has.
  @inline(__always) public mutating func refill(at now: Int64) {
    if now > lastRefill { gather(now) }
  }

  private mutating func gather(_ now: Int64) {
    var elapsed = Self.difference(now, lastRefill)
    if tick > 0 {
      guard elapsed >= tick else { return }
      elapsed -= elapsed % tick
    }
    // Ends at the last instant there is where a clock starts before the epoch, far from everything that runs.
    lastRefill = tick > 0 ? lastRefill &+ elapsed : now
    let missing = UInt64(bitPattern: burst &- level)
    if missing == 0 { return }
    let (product, overflow) = elapsed.multipliedReportingOverflow(by: rate)
    let (sum, carried) = product.addingReportingOverflow(fraction)
    let gained: UInt64
    if !overflow, !carried {
      let whole = sum / Self.billion
      fraction = sum - whole * Self.billion
      gained = UInt64(whole)
    } else {
      // Below 2^126, and the quotient below 2^97: cut it to what can be missing.
      let sum = UInt128(elapsed) * UInt128(rate) + UInt128(fraction)
      let (quotient, rest) = sum.quotientAndRemainder(dividingBy: UInt128(Self.billion))
      fraction = Int64(rest)
      gained = UInt64(clamping: quotient)
    }
    if gained >= missing {
      level = burst
      fraction = 0
    } else {
      level &+= Int64(gained)
    }
  }

  /// Takes `count` bytes, whether or not they are there. A negative count gives bytes back, up to the burst.
  @inline(__always) public mutating func take(_ count: Int64) {
    let (left, overflow) = level.subtractingReportingOverflow(count)
    if !overflow, left >= Self.lowest, left < burst {
      level = left
      return
    }
    settle(left, overflow, count)
  }

  private mutating func settle(_ left: Int64, _ overflow: Bool, _ count: Int64) {
    level = overflow ? (count > 0 ? Self.lowest : burst) : min(max(left, Self.lowest), burst)
    if level == burst { fraction = 0 }
  }

  /// When the level will have reached `wanted` (at most the burst), if nothing is taken meanwhile: the earliest nanosecond,
  /// or the earliest tick. The last instant there is, where that is further than 64 bits reach.
  public func instant(reaching wanted: Int64) -> Int64 {
    let wanted = min(wanted, burst)
    guard wanted > level else { return lastRefill }
    let deficit = UInt128(UInt64(bitPattern: wanted &- level)) * UInt128(Self.billion) - UInt128(fraction)
    var wait = (deficit + UInt128(rate) - 1) / UInt128(rate)
    if tick > 0 {
      let tick = UInt128(tick)
      wait = (wait + tick - 1) / tick * tick
    }
    let (sum, overflow) = lastRefill.addingReportingOverflow(Int64(clamping: wait))
    return overflow ? .max : sum
  }

  /// Changes the limit while it runs, after a refill at the old rate up to `now`. The level stays, except that it is cut to
  /// the new burst; a negative one stays negative.
  public mutating func change(rate: Int64, burst: Int64, tick: Int64 = 0, now: Int64) {
    refill(at: now)
    if tick > 0, self.tick != tick { lastRefill = max(lastRefill, now) }
    self.rate = max(rate, 1)
    self.burst = max(burst, 1)
    self.tick = max(tick, 0)
    if level >= self.burst {
      level = self.burst
      fraction = 0
    }
  }

  private static func difference(_ later: Int64, _ earlier: Int64) -> Int64 {
    let (elapsed, overflow) = later.subtractingReportingOverflow(earlier)
    return overflow ? .max : elapsed
  }
}
