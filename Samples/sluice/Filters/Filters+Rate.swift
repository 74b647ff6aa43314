import Sluice
import SluiceRateLimiting
import StackDescription

extension FilterKind {
  /// A limit of each connection's own.
  static var rate: FilterKind {
    FilterKind(
      "rate", at: Set(Site.allCases), "lets no more pass than a rate, in each direction of a connection", limit, burst,
      tick
    ) { binding, rate, burst, tick in
      let limit = try limit(rate, burst, tick)
      let limiters = binding.shared { Limiters() }
      limiters.change(to: limit)
      return Layer(on: { place in try RateFilter(limiters.make(limit), on: place.event) })
    }
  }

  /// A limit that connections share.
  static func group(_ defaults: FilterDefaults) -> FilterKind {
    FilterKind(
      "group", at: [.listener, .target], "lets no more pass than a rate that connections share, in each direction",
      limit, Parameter<GroupTable.Key>.choice("by", default: .all, "who shares: all, or the connections of one client"),
      burst, tick
    ) { binding, rate, key, burst, tick in
      // Each loop keeps its share, since connections of one group may be on any of them.
      let share = max(rate / defaults.threads, 1)
      let table = binding.shared { GroupTable() }
      table.change(to: try limit(share, burst, tick), by: key)
      return Layer(on: { place in
        let limiter = RateLimiter()
        try limiter.join(table.group(for: place))
        return try RateFilter(limiter, on: place.event)
      })
    }
  }

  private static var limit: Parameter<Int> { .rate("limit", "what may pass, all the time") }
  private static var burst: Parameter<Int> {
    .size("burst", default: 0, "what may pass at once after a rest; 0: what a tenth of a second brings")
  }
  private static var tick: Parameter<Duration> {
    .time("tick", default: .zero, "how often more may pass; 0s: all the time")
  }

  private static func limit(_ rate: Int, _ burst: Int, _ tick: Duration) throws -> RateLimit {
    try RateLimit(
      ByteRate(bytesPerSecond: rate), burst: burst > 0 ? ByteCount(bytes: burst) : nil, start: 0,
      tick: tick > .zero ? tick : nil)
  }
}

/// The limiters of the connections of one place, so that a limit that is read anew holds for those that are open.
private final class Limiters {
  private struct Link {
    weak var limiter: RateLimiter?
  }

  private var links: [Link] = []
  private var mostLinks = 16

  func make(_ limit: RateLimit) -> RateLimiter {
    let limiter = RateLimiter(limit)
    if links.count >= mostLinks {
      links.removeAll { $0.limiter == nil }
      mostLinks = max(2 * links.count, 16)
    }
    links.append(Link(limiter: limiter))
    return limiter
  }

  func change(to limit: RateLimit) {
    for link in links { link.limiter?.change(to: limit) }
  }
}

/// The groups of one place: one for all connections, or one for each client.
final class GroupTable {
  /// Who shares a group.
  enum Key: String, CaseIterable {
    case all, client
  }

  private var key = Key.all
  private var limit = RateLimit.unlimited
  private var groups: [String: RateLimitGroup] = [:]
  private var mostGroups = 16

  /// Sets the limit, for those who share one now as well.
  func change(to limit: RateLimit, by key: Key) {
    self.limit = limit
    self.key = key
    for group in groups.values { group.change(to: limit) }
  }

  /// The group that a connection shares.
  func group(for place: Place) -> RateLimitGroup {
    let name = key == .all ? "" : place.facts.source?.host ?? ""
    if let known = groups[name] { return known }
    if groups.count >= mostGroups {
      // Clients that are gone leave theirs behind.
      groups = groups.filter { $0.value.memberCount > 0 }
      mostGroups = max(2 * groups.count, 16)
    }
    let made = RateLimitGroup(on: place.event.base, limit)
    groups[name] = made
    return made
  }
}
