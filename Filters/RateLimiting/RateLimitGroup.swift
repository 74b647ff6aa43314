public import Sluice

/// A limit that any number of events share, and that may itself be part of a wider one: per connection, per client, total. The
/// lowest limit on the way wins at each moment.
///
/// ```swift
/// let total = RateLimitGroup(on: base, try RateLimit(.perSecond(.mebibytes(10))))
/// let client = RateLimitGroup(on: base, try RateLimit(.perSecond(.mebibytes(1))))
/// try client.join(total)
/// let event = try end.limited(by: client)
/// ```
///
/// While nobody waits, bytes pass as they come. Once the bucket is empty, those that wait get equal shares at each refill;
/// those that do not wait take none, and cost nothing. A group has a timer only while somebody waits, so an idle one keeps no
/// loop running. Its members keep it alive. libevent: `struct bufferevent_rate_limit_group`, which visits all members, shares
/// by chance, and cannot nest.
public final class RateLimitGroup {
  /// The loop that it and all its members live on.
  public let base: EventBase
  /// What it allows.
  public private(set) var limit: RateLimit
  /// The wider group that it is part of.
  public private(set) var group: RateLimitGroup?
  /// Whether `close()` was called.
  public private(set) var isClosed = false

  let reading: Pool
  let writing: Pool
  private var limiters: [ObjectIdentifier: Unmanaged<RateLimiter>] = [:]
  private var groups: [ObjectIdentifier: Unmanaged<RateLimitGroup>] = [:]

  /// A group without members.
  ///
  /// - Parameters:
  ///   - base: the loop of all its members.
  ///   - limit: what they may use together.
  ///   - minimumShare: what a member whose turn it is gets at least, so that many members do not dissolve into tiny pieces;
  ///     cut to half of the burst, or to what a tick brings. 0 switches it off. libevent: 64, and wrong ends of input when it
  ///     is switched off.
  public init(on base: EventBase, _ limit: RateLimit, minimumShare: ByteCount = 64) {
    self.base = base
    self.limit = limit
    reading = Pool(base: base)
    writing = Pool(base: base)
    self.minimumShare = minimumShare
    minimumShareChanged()
    useLimit()
  }

  // Members keep their group alive: there are none any more.
  deinit { leaveGroup() }

  /// What a member whose turn it is gets at least. What was set is remembered where the limit cuts it down. libevent:
  /// `bufferevent_rate_limit_group_set_min_share`.
  public var minimumShare: ByteCount = 64 {
    didSet { minimumShareChanged() }
  }

  private func minimumShareChanged() {
    reading.minimumShare = max(minimumShare.bytes, 0)
    writing.minimumShare = max(minimumShare.bytes, 0)
  }

  /// The minimum share as the limit of a direction cuts it down now.
  public func effectiveMinimumShare(_ direction: Directions) -> ByteCount { .bytes(pool(direction).effectiveShare) }

  /// Changes the limit while it runs. Rules as for `RateLimiter.change(to:)`. libevent: `bufferevent_rate_limit_group_set_cfg`.
  public func change(to limit: RateLimit) {
    self.limit = limit
    useLimit()
  }

  private func useLimit() {
    let now = base.now.nanoseconds
    reading.use(limit, limit.reading, now: now)
    writing.use(limit, limit.writing, now: now)
  }

  // MARK: Looking and correcting

  /// What is in the bucket of a direction now, nil where the group does not limit it. libevent's getter does not refill first.
  public func level(_ direction: Directions) -> Int64? { pool(direction).level(now: base.now.nanoseconds) }

  /// The bytes of all members that passed since the group was made, or `resetTotals()`. Corrections by hand do not count.
  public func total(_ direction: Directions) -> Int64 { pool(direction).total }

  /// Begins the totals anew. libevent: `bufferevent_rate_limit_group_reset_totals`.
  public func resetTotals() { (reading.total, writing.total) = (0, 0) }

  /// Takes `count` bytes from the buckets of `directions`, or gives them back where negative. libevent:
  /// `bufferevent_rate_limit_group_decrement_read`.
  public func decrement(_ directions: Directions, by count: Int64) {
    let now = base.now.nanoseconds
    if directions.contains(.read) { reading.adjust(by: count, now: now) }
    if directions.contains(.write) { writing.adjust(by: count, now: now) }
  }

  /// Gives `count` bytes back to the buckets of `directions`, up to the burst.
  public func increment(_ directions: Directions, by count: Int64) {
    decrement(directions, by: count == .min ? .max : -count)
  }

  /// The number of limiters and groups in it.
  public var memberCount: Int { limiters.count + groups.count }

  /// The number of members that wait for a direction now.
  public func waitingCount(_ direction: Directions) -> Int { pool(direction).waiting }

  // MARK: Nesting and ending

  /// Becomes part of a wider group. O(depth).
  ///
  /// - Throws: `RateLimitError` where it is in a group already, would be part of itself, or where the other is closed or lives
  ///   on another base.
  public func join(_ group: RateLimitGroup) throws(RateLimitError) {
    guard self.group == nil else { throw .alreadyInGroup }
    guard !group.isClosed, !isClosed else { throw .groupClosed }
    guard base === group.base else { throw .otherBase }
    var next: RateLimitGroup? = group
    while let above = next {
      guard above !== self else { throw .groupWithinItself }
      next = above.group
    }
    self.group = group
    group.groups[ObjectIdentifier(self)] = Unmanaged.passUnretained(self)
    wider(group.reading, group.writing)
  }

  /// Is part of no wider group any more. Does nothing where it is in none.
  public func leaveGroup() {
    guard let group else { return }
    self.group = nil
    group.groups[ObjectIdentifier(self)] = nil
    reading.pool?.forget(reading)
    writing.pool?.forget(writing)
    wider(nil, nil)
  }

  private func wider(_ readPool: Pool?, _ writePool: Pool?) {
    reading.pool = readPool
    writing.pool = writePool
    let now = base.now.nanoseconds
    reading.reviewed(now)
    writing.reviewed(now)
  }

  /// Takes all members out, and the group out of its own: what it held back goes on at once, under the limits that are left.
  /// Allowed at any moment; closing again does nothing. O(members). libevent: `bufferevent_rate_limit_group_free`, which
  /// wants its members gone.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    for member in Array(limiters.values) { member.takeUnretainedValue().leaveGroup() }
    for member in Array(groups.values) { member.takeUnretainedValue().leaveGroup() }
    leaveGroup()
  }

  func enter(_ limiter: RateLimiter) { limiters[ObjectIdentifier(limiter)] = Unmanaged.passUnretained(limiter) }

  func leave(_ limiter: RateLimiter) { limiters[ObjectIdentifier(limiter)] = nil }

  func pool(_ direction: Directions) -> Pool { direction.contains(.read) ? reading : writing }
}

@available(*, unavailable, message: "a group stays on its base; reach it through base.handle")
extension RateLimitGroup: Sendable {}
