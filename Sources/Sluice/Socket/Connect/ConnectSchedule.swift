/// Which address is tried when (RFC 8305, "happy eyeballs"), as a plain value: no socket, no resolver, no timer.
///
/// Addresses of the two versions take turns, from the better one on. An attempt has the network to itself for a while; then, or
/// as soon as any attempt fails, the next one starts beside those that are still under way.
struct ConnectSchedule {
  /// What is to be done now.
  enum Step: Equatable {
    /// Start an attempt.
    case attempt(SocketAddress)
    /// Nothing, until then, or until something is told.
    case wait(until: EventBase.Instant?)
    /// Nothing is left to try, and nothing under way.
    case exhausted
  }

  private let attemptDelay: Duration
  private let resolutionDelay: Duration
  private let leadCount: Int

  /// The versions that the resolver has not answered yet.
  private(set) var unanswered: IPVersions
  private var waitingV6: ArraySlice<SocketAddress> = []
  private var waitingV4: ArraySlice<SocketAddress> = []
  private var known: Set<SocketAddress> = []
  /// The version that comes first.
  private var lead = IPVersions.v6
  private var last: IPVersions?
  private var started = 0
  private var underWay = 0
  /// When the first attempt waits no longer for IPv6.
  private var patienceEnds: EventBase.Instant?
  /// When the next attempt may start while others are under way.
  private var nextStart: EventBase.Instant?

  init(_ options: ConnectOptions, unanswered: IPVersions) {
    attemptDelay = min(max(options.attemptDelay, .milliseconds(10)), .seconds(2))
    resolutionDelay = max(options.resolutionDelay, .zero)
    leadCount = max(options.firstVersionCount, 1)
    self.unanswered = unanswered
  }

  /// How many addresses wait to be tried.
  var waiting: Int { waitingV6.count + waitingV4.count }

  /// The resolver answered for `versions`: these are the addresses, best first.
  mutating func answered(_ versions: IPVersions, _ addresses: [SocketAddress], at now: EventBase.Instant) {
    let isAll = unanswered.isSubset(of: versions) && known.isEmpty
    unanswered.subtract(versions)
    for address in addresses where known.insert(address).inserted {
      if address.ipVersion == .v6 { waitingV6.append(address) } else { waitingV4.append(address) }
    }
    guard started == 0, let first = addresses.first else { return }
    // One answer for all is in the order that the system thinks best.
    if isAll { lead = first.ipVersion == .v6 ? .v6 : .v4 }
    if unanswered.contains(.v6), patienceEnds == nil { patienceEnds = now.advanced(by: resolutionDelay) }
  }

  /// An attempt failed.
  mutating func failed(at now: EventBase.Instant) {
    underWay -= 1
    nextStart = nil
  }

  /// What is to be done at `now`. Called again until it says to wait, or that all is over.
  mutating func next(at now: EventBase.Instant) -> Step {
    guard waiting > 0 else { return underWay == 0 && unanswered.isEmpty ? .exhausted : .wait(until: nil) }
    if started == 0, unanswered.contains(.v6), waitingV6.isEmpty, let patienceEnds, now < patienceEnds {
      return .wait(until: patienceEnds)
    }
    if underWay > 0, let nextStart, now < nextStart { return .wait(until: nextStart) }
    let address = take()
    started += 1
    underWay += 1
    nextStart = now.advanced(by: attemptDelay)
    return .attempt(address)
  }

  private mutating func take() -> SocketAddress {
    let turn: IPVersions = started < leadCount ? lead : last == .v6 ? .v4 : .v6
    let isV6 = turn == .v6 ? !waitingV6.isEmpty : waitingV4.isEmpty
    last = isV6 ? .v6 : .v4
    return isV6 ? waitingV6.removeFirst() : waitingV4.removeFirst()
  }
}
