public import Sluice

/// The state of one event's limit, in the hands of the application: to change or lift it while it runs, to look at its levels
/// and totals, to correct them by hand, and to share limits through a group.
///
/// ```swift
/// let limiter = RateLimiter(try RateLimit(.perSecond(.mebibytes(1))))
/// let event = try end.limited(by: limiter)
/// limiter.change(to: try RateLimit(.perSecond(.mebibytes(2))))
/// ```
///
/// One limiter serves one event; it stays on that event's base. After the event is gone, it still tells its totals.
/// libevent: the rate limiting state of a bufferevent, `bufferevent_set_rate_limit` and its relatives.
public final class RateLimiter {
  /// What it allows by itself; its group may allow less.
  public private(set) var limit: RateLimit
  /// The group it shares limits with; nil where it is in none.
  public private(set) var group: RateLimitGroup?

  let reading = Lane()
  let writing = Lane()
  private var base: EventBase?
  private var isAttached = false

  /// A limiter that is on no event yet. Its buckets begin when it is put on one.
  public init(_ limit: RateLimit = .unlimited) { self.limit = limit }

  deinit { leaveGroup() }

  /// Whether it is on an event.
  public var isInUse: Bool { isAttached }

  // MARK: Changing

  /// Changes the limit while it runs. Levels stay, except that they are cut to the new bursts; negative ones stay negative. A
  /// direction that was free begins as a new limit does. What waits is looked at anew in the loop's next turn. O(1).
  public func change(to limit: RateLimit) {
    self.limit = limit
    guard let base else { return }
    useLimit(at: base.now)
    reading.waker?.wake()
  }

  /// Lets everything pass that the group lets pass: `change(to: .unlimited)`. libevent: `bufferevent_set_rate_limit(NULL)`.
  public func lift() { change(to: .unlimited) }

  private func useLimit(at now: EventBase.Instant) {
    reading.use(limit, limit.reading, now: now.nanoseconds)
    writing.use(limit, limit.writing, now: now.nanoseconds)
  }

  // MARK: Looking

  /// What is in the bucket of a direction now; negative where more was taken than was there; nil where this limiter has no
  /// limit of its own there. libevent: `bufferevent_get_read_limit`, `bufferevent_get_write_limit`.
  public func level(_ direction: Directions) -> Int64? {
    base.flatMap { lane(direction).level(now: $0.now.nanoseconds) }
  }

  /// The most that may be read, or written, now: its own level, or the group's where that is less; nil where nothing limits
  /// it. libevent: `bufferevent_get_max_to_read`, `bufferevent_get_max_to_write`.
  public func available(_ direction: Directions) -> Int64? {
    base.flatMap { lane(direction).available(now: $0.now.nanoseconds) }
  }

  /// The bytes that passed since the limiter was made, or `resetTotals()`. Corrections by hand do not count.
  public func total(_ direction: Directions) -> Int64 { lane(direction).total }

  /// Begins the totals anew.
  public func resetTotals() { (reading.total, writing.total) = (0, 0) }

  // MARK: Correcting

  /// Takes `count` bytes from the buckets of `directions`, as if they had passed; the level may become negative. A negative
  /// count gives bytes back, up to the burst, and what waits for them goes on. Does nothing in a direction without a limit of
  /// its own. libevent: `bufferevent_decrement_read_limit`, which asserts there.
  public func decrement(_ directions: Directions, by count: Int64) {
    guard let now = base?.now.nanoseconds else { return }
    if directions.contains(.read) { reading.adjust(by: count, now: now) }
    if directions.contains(.write) { writing.adjust(by: count, now: now) }
  }

  /// Gives `count` bytes back to the buckets of `directions`, up to the burst.
  public func increment(_ directions: Directions, by count: Int64) {
    decrement(directions, by: count == .min ? .max : -count)
  }

  // MARK: Groups

  /// Shares the limits of `group` from now on, beside its own: the lowest limit wins. O(1). libevent:
  /// `bufferevent_add_to_rate_limit_group`.
  ///
  /// - Throws: `RateLimitError` where it is in a group already, where the group is closed or lives on another base.
  public func join(_ group: RateLimitGroup) throws(RateLimitError) {
    guard self.group == nil else { throw .alreadyInGroup }
    guard !group.isClosed else { throw .groupClosed }
    if let base, base !== group.base { throw .otherBase }
    self.group = group
    group.enter(self)
    poolsChanged(group.reading, group.writing)
  }

  /// Shares no limits any more; what the group held back goes on under its own limit. Does nothing where it is in no group.
  /// Allowed at any moment. O(1). libevent: `bufferevent_remove_from_rate_limit_group`.
  public func leaveGroup() {
    guard let group else { return }
    self.group = nil
    group.leave(self)
    reading.pool?.forget(reading)
    writing.pool?.forget(writing)
    poolsChanged(nil, nil)
  }

  private func poolsChanged(_ readPool: Pool?, _ writePool: Pool?) {
    reading.pool = readPool
    writing.pool = writePool
    reading.limitsChanged()
    writing.limitsChanged()
    reading.waker?.wake()
  }

  // MARK: The filter's side

  func attach(to base: EventBase) throws(RateLimitError) {
    guard !isAttached else { throw .limiterInUse }
    if let group, group.base !== base { throw .otherBase }
    if self.base !== base {
      // Buckets of another clock mean nothing here.
      reading.forgetBucket()
      writing.forgetBucket()
    }
    self.base = base
    isAttached = true
    useLimit(at: base.now)
  }

  func started(_ waker: FilterWaker) {
    reading.waker = waker
    writing.waker = waker
  }

  /// The event is gone.
  func detached() {
    isAttached = false
    reading.waker = nil
    writing.waker = nil
    leaveGroup()
  }

  func turn(now: Int64) {
    reading.turn(now: now)
    writing.turn(now: now)
  }

  /// When the next of the directions that wait for their own bucket may go on.
  var nextWake: Int64? {
    guard let first = reading.wakeTime else { return writing.wakeTime }
    return min(first, writing.wakeTime ?? first)
  }

  private func lane(_ direction: Directions) -> Lane { direction.contains(.read) ? reading : writing }
}

@available(*, unavailable, message: "a limiter stays on its event's base; reach it through base.handle")
extension RateLimiter: Sendable {}
