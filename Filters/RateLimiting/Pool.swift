import Sluice

/// One direction of a group: the bucket that its members share, and those that wait for it. Within another group it is itself
/// one of those that draw.
///
/// While nobody waits, who comes takes what is there. Once somebody waits, everybody queues, and each refill is dealt out in
/// turns: an equal share for each that waits, never less than the minimum share, whatever was missing from a share first the
/// next time. Only those that wait are visited, and the timer runs only while somebody does.
final class Pool: Waiter {
  private let base: EventBase
  private(set) var hasBucket = false
  private(set) var bucket = TokenBucket(rate: 1, burst: 1, now: 0)
  var total: Int64 = 0
  /// What each gets at least in its turn; 0 switches that off.
  var minimumShare: Int64 = 0
  private var queue = WaitingQueue()
  /// What all that wait would take.
  private var demands: Int64 = 0
  private var timer: LoopTimer?
  private var lastDeal = Int64.min
  private var isDealing = false
  /// How many were visited in deals; for tests of the cost.
  private(set) var visits = 0

  init(base: EventBase) {
    self.base = base
    super.init()
  }

  deinit { timer?.cancel() }

  var waiting: Int { queue.count }
  var isTimerArmed: Bool { timer?.isArmed ?? false }

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
    reviewed(now)
  }

  /// The bytes that are there for this group now, in its own bucket.
  private var ownLevel: Int64 { hasBucket ? max(bucket.level, 0) : .max }

  /// The minimum share, cut to what the bucket can hold at once.
  var effectiveShare: Int64 {
    guard hasBucket else { return max(minimumShare, 0) }
    let most = bucket.tick > 0 ? RateLimit.bytes(at: bucket.rate, in: bucket.tick) : bucket.burst / 2
    return max(0, min(minimumShare, max(most, 1)))
  }

  // MARK: Drawing

  /// Gives `waiter` up to `count` bytes, takes account of them, and has it wait for the rest.
  func draw(_ waiter: Waiter, _ count: Int64, now: Int64, forced: Bool) -> Int64 {
    var got = min(count, waiter.grant)
    waiter.grant -= got
    if forced {
      overdraw(count - got, now)
      got = count
    } else if got < count, queue.isEmpty {
      got += takeUnqueued(count - got, now)
    }
    want(waiter, count - got, now)
    return got
  }

  /// Takes what is there, where nobody waits for it.
  private func takeUnqueued(_ count: Int64, _ now: Int64) -> Int64 {
    guard queue.isEmpty, !isDealing else { return 0 }
    if hasBucket { bucket.refill(at: now) }
    var count = min(count, ownLevel)
    if count > 0, let pool { count = pool.takeUnqueued(count, now) }
    if hasBucket { bucket.take(count) }
    return count
  }

  private func overdraw(_ count: Int64, _ now: Int64) {
    guard count > 0 else { return }
    if hasBucket {
      bucket.refill(at: now)
      bucket.take(count)
    }
    pool?.overdraw(count, now)
  }

  /// Gives back what was taken account of and not used.
  private func refund(_ count: Int64) {
    guard count > 0 else { return }
    if hasBucket { bucket.take(-count) }
    pool?.refund(count)
  }

  /// Counts bytes that really passed, here and in the groups above.
  func passed(_ count: Int64) {
    total &+= count
    pool?.passed(count)
  }

  /// What a member could draw now.
  func share(now: Int64) -> Int64 {
    if hasBucket { bucket.refill(at: now) }
    let share = queue.isEmpty ? ownLevel : 0
    return pool.map { min(share, $0.share(now: now)) } ?? share
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
    reviewed(now)
  }

  // MARK: Waiting

  /// Notes what a waiter would take. One that wants nothing gives its grant back and leaves.
  private func want(_ waiter: Waiter, _ count: Int64, _ now: Int64) {
    if count == 0, !waiter.isQueued, waiter.grant == 0 { return }
    // The timer may only be looking for grants that nobody takes up.
    if demands == 0, count > 0, !isDealing { timer?.cancel() }
    demands += count - waiter.demand
    waiter.demand = count
    if count > 0 {
      queue.append(waiter)
    } else if waiter.isQueued || waiter.grant > 0 {
      dismiss(waiter)
    }
    if !isDealing { settle(now) }
  }

  private func dismiss(_ waiter: Waiter) {
    queue.remove(waiter)
    demands -= waiter.demand
    let unused = waiter.grant
    (waiter.demand, waiter.grant, waiter.owed) = (0, 0, 0)
    refund(unused)
  }

  /// Takes a member out, with what it was given and did not use.
  func forget(_ waiter: Waiter) {
    dismiss(waiter)
    waiter.pool = nil
    if !isDealing { settle(base.now.nanoseconds) }
  }

  /// Sees to it that those who wait are served: by the timer, or by the group above.
  private func settle(_ now: Int64) {
    guard !queue.isEmpty else {
      timer?.cancel()
      pool?.want(self, 0, now)
      return
    }
    if timer?.isArmed == true { return }
    var time = now
    var isShort = demands == 0
    if hasBucket, demands > 0 {
      bucket.refill(at: now)
      let target = bucket.quantum(for: demands, shared: queue.count, max(effectiveShare, 1))
      isShort = bucket.level < target
      time = bucket.instant(reaching: target)
    }
    if !isShort, let pool { return pool.want(self, min(demands, ownLevel), now) }
    pool?.want(self, 0, now)
    arm(at: max(time, lastDeal &+ pause))
  }

  /// The least time between two deals: a quarter of a millisecond, or less where the burst would be full before that.
  private var pause: Int64 {
    // Grants that nobody takes up are looked for now and then.
    if demands == 0 { return 5_000_000 }
    guard hasBucket, bucket.tick == 0 else { return 0 }
    let half = UInt128(bucket.burst) * UInt128(TokenBucket.billion) / UInt128(bucket.rate) / 2
    return min(250_000, Int64(clamping: half))
  }

  private func arm(at time: Int64) {
    if timer == nil {
      timer = LoopTimer(base: base) { [weak self] in
        guard let self else { return }
        deal(base.now.nanoseconds)
      }
    }
    timer?.arm(at: .init(nanoseconds: time))
  }

  /// The limit, or the level, was changed by hand: what waits is looked at anew.
  func reviewed(_ now: Int64) {
    guard !queue.isEmpty, !isDealing else { return }
    timer?.cancel()
    deal(now)
  }

  // MARK: Dealing

  /// The group above gave something.
  override func granted() -> Bool {
    deal(base.now.nanoseconds)
    return true
  }

  /// Deals out what is there to those who wait, in turns.
  private func deal(_ now: Int64) {
    if hasBucket { bucket.refill(at: now) }
    lastDeal = now
    isDealing = true
    takeBackUnused()
    // What those who want little left over goes to the others in another pass.
    for pass in 0..<8 where demands > 0 {
      guard dealOnce(isFirst: pass == 0, now) else { break }
    }
    isDealing = false
    settle(now)
  }

  /// Takes back what was granted to those who had their turn since, and had no use for it.
  private func takeBackUnused() {
    for _ in 0..<queue.count {
      guard let waiter = queue.first else { return }
      queue.remove(waiter)
      if waiter.grant > 0, waiter.hadItsTurn { dismiss(waiter) } else { queue.append(waiter) }
    }
  }

  /// One pass, which serves each that waits once. False where another would come to nothing.
  private func dealOnce(isFirst: Bool, _ now: Int64) -> Bool {
    let least = max(effectiveShare, 1)
    var left = min(demands, ownLevel)
    // What the equal shares left over is kept for the next deal: to whomever it went, it would make them unequal.
    guard left > 0, isFirst || left / Int64(queue.count) >= least else { return false }
    if let pool { left = pool.draw(self, left, now: now, forced: false) }
    guard left > 0 else { return false }
    let isFull = left / Int64(queue.count) >= least
    let share = max(left / Int64(queue.count), least)
    for _ in 0..<queue.count where left > 0 {
      guard let waiter = queue.first else { break }
      visits &+= 1
      // With enough for all, each gets its share, and what was missing from the last one too. With less, turns are taken:
      // who was cut short finishes its turn, and goes to the end.
      let whole = isFull ? share &+ waiter.owed : (waiter.owed > 0 ? waiter.owed : share)
      let due = min(whole, waiter.demand)
      let gift = min(due, left)
      waiter.owed = due - gift
      if waiter.owed == 0 {
        queue.remove(waiter)
        queue.append(waiter)
      }
      left -= gift
      if gift > 0 { give(gift, to: waiter) }
    }
    pool?.refund(left)
    return true
  }

  private func give(_ gift: Int64, to waiter: Waiter) {
    waiter.grant += gift
    waiter.demand -= gift
    demands -= gift
    if hasBucket { bucket.take(gift) }
    if !waiter.granted() { dismiss(waiter) }
  }
}
