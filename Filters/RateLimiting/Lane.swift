import Sluice

/// One direction of a limiter: its own bucket, and its place in a group's.
final class Lane: Waiter {
  /// Whether anything limits it: a bucket of its own, or a group.
  private(set) var isLimited = false
  private(set) var hasBucket = false
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private(set) var bucket = TokenBucket(rate: 1, burst: 1, now: 0)
  /// Bytes that passed since the last reset.
  var total: Int64 = 0
  /// When the bucket has enough again for what waits; nil where it is not waited for.
  var wakeTime: Int64?
  var waker: FilterWaker?

  override init() {}

  /// Gives the lane a bucket, changes the one it has, or takes it away.
  func use(_ limit: RateLimit, _ allowance: RateLimit.Allowance?, now: Int64) {
    if let allowance {
      let (rate, burst, tick) = (allowance.rate.bytesPerSecond, limit.burst(of: allowance), limit.tickNanoseconds)
      if hasBucket {
        bucket.change(rate: rate, burst: burst, tick: tick, now: now)
      } else {
        bucket = TokenBucket(rate: rate, burst: burst, level: allowance.start?.bytes, tick: tick, now: now)
      }
    }
    hasBucket = allowance != nil
    limitsChanged()
  }

  func forgetBucket() { hasBucket = false }

  func limitsChanged() {
    isLimited = hasBucket || pool != nil
    wakeTime = nil
  }

  /// Takes account of as many of `wanted` bytes as may pass now, and says how many that are. With `forced`, all may: the
  /// bucket, and those of the groups, pay back later.
  @inline(__always) func take(_ wanted: Int, now: Int64, forced: Bool) -> Int {
    guard isLimited else {
      total &+= Int64(wanted)
      return wanted
    }
    // The usual case of a lane with a bucket that has enough.
    if hasBucket, pool == nil, wakeTime == nil {
      bucket.refill(at: now)
      if bucket.level >= wanted {
        bucket.take(Int64(wanted))
        total &+= Int64(wanted)
        return wanted
      }
    }
    return Int(takeLimited(Int64(wanted), now: now, forced: forced))
  }

  private func takeLimited(_ wanted: Int64, now: Int64, forced: Bool) -> Int64 {
    var count = wanted
    if hasBucket {
      // Before its time has come a trickle is not worth a turn.
      if let wakeTime, now < wakeTime, !forced { return 0 }
      wakeTime = nil
      bucket.refill(at: now)
      if !forced { count = min(count, max(bucket.level, 0)) }
    }
    if let pool { count = pool.draw(self, count, now: now, forced: forced) }
    if hasBucket {
      bucket.take(count)
      if count < wanted, bucket.level <= 0 { wakeTime = bucket.instant(reaching: bucket.quantum(for: wanted - count)) }
    }
    total &+= count
    pool?.passed(count)
    return count
  }

  /// Takes what is granted into account for what a caller asks about, without taking it.
  func available(now: Int64) -> Int64? {
    guard isLimited else { return nil }
    var most = Int64.max
    if hasBucket {
      bucket.refill(at: now)
      most = max(bucket.level, 0)
    }
    if let pool { most = min(most, grant + pool.share(now: now)) }
    return most
  }

  func level(now: Int64) -> Int64? {
    guard hasBucket else { return nil }
    bucket.refill(at: now)
    return bucket.level
  }

  /// Takes from the bucket, or gives back, by hand.
  func adjust(by count: Int64, now: Int64) {
    guard hasBucket else { return }
    bucket.refill(at: now)
    bucket.take(count)
    if wakeTime != nil {
      wakeTime = nil
      waker?.wake()
    }
  }

  /// The filter was woken: notes that what was waited for is to be taken now.
  func turn(now: Int64) {
    if let time = wakeTime, time <= now { wakeTime = nil }
    if grant > 0 { hadItsTurn = true }
  }

  /// Whether bytes may pass, as far as is known without looking.
  var mayPass: Bool { wakeTime == nil && (!isQueued || grant > 0) }

  override func granted() -> Bool {
    hadItsTurn = false
    return waker?.wake() ?? false
  }

  /// Why nothing passes: the bucket of its own, or the group's.
  var hold: Suspension { hasBucket && wakeTime != nil ? .rate : .groupRate }
}
