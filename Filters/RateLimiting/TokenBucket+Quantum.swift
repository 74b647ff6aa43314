extension TokenBucket {
  /// How much is worth waking up for: what waits, but not less than a quarter of a millisecond brings, nor more than five; and
  /// no more than half of the burst, so that a late wake-up loses nothing. With a tick, whatever the next one brings.
  func quantum(for waiting: Int64) -> Int64 {
    if tick > 0 { return 1 }
    let least = RateLimit.bytes(at: rate, in: 250_000)
    let most = RateLimit.bytes(at: rate, in: 5_000_000)
    return max(1, min(max(waiting, least), most, burst / 2))
  }

  /// As `quantum`, for a bucket that `waiters` share: enough for a share for each of them, where the burst allows that.
  func quantum(for waiting: Int64, shared waiters: Int, _ share: Int64) -> Int64 {
    let (shares, overflow) = Int64(waiters).multipliedReportingOverflow(by: share)
    if tick > 0 { return max(1, min(overflow ? .max : shares, RateLimit.bytes(at: rate, in: tick))) }
    let most = max(RateLimit.bytes(at: rate, in: 5_000_000), overflow ? .max : shares)
    let least = RateLimit.bytes(at: rate, in: 250_000)
    return max(1, min(max(waiting, least), most, burst / 2))
  }
}
