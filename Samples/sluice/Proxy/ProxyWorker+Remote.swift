import Sluice

// How the process reaches its workers, which live on other threads.
extension ProxyWorker {
  private final class Seat {
    var worker: ProxyWorker?
  }

  /// The worker of a loop; nil before it is there, and after it left.
  static func of(_ base: EventBase) -> ProxyWorker? { base.shared { Seat() }.worker }

  /// Makes a worker on its loop, and has it listen.
  ///
  /// - Parameters:
  ///   - base: its loop.
  ///   - settings: what to do.
  ///   - index: which of several it is.
  ///   - places: where to listen.
  ///   - onRest: called on this loop when nothing is left to be waited for, with how the last connection ended.
  /// - Returns: where it listens.
  /// - Throws: what is wrong with the descriptions, or what the system refuses.
  static func install(
    on base: EventBase, _ settings: ProxySettings, index: Int, at places: ListenPlaces,
    onRest: @escaping @Sendable (EndReason?) -> Void
  ) throws -> ListenPlaces {
    let worker = try ProxyWorker(base: base, settings: settings, index: index) { onRest($0.lastEnd) }
    base.shared { Seat() }.worker = worker
    return try worker.listen(at: places)
  }

  /// Leaves the loop, which keeps it no longer.
  func leave() {
    lag.stop()
    base.shared { Seat() }.worker = nil
  }

  /// What was counted, and what goes on.
  func snapshot() -> Snapshot {
    lag.start()
    var snapshot = Snapshot(counters: counters)
    for session in sessions.values {
      session.add(to: &snapshot.gauges)
      session.addStages(to: &snapshot.counters)
      snapshot.counters.toTargets += session.toTarget
      snapshot.counters.toClients += session.toClient
    }
    snapshot.counters.shed = listeners.reduce(0) { $0 + $1.counts.shed }
    snapshot.gauges.loopLag = lag.seconds
    return snapshot
  }

  /// The live connections, in the order in which they came.
  func states(withLayers: Bool) -> [SessionState] {
    sessions.values.map { $0.state(withLayers: withLayers) }.sorted { $0.number < $1.number }
  }
}

/// What a loop, or all loops, counted, and what goes on in them.
struct Snapshot: Sendable {
  var counters = Counters()
  var gauges = Gauges()

  mutating func add(_ other: Snapshot) {
    counters.add(other.counters)
    gauges.add(other.gauges)
  }
}
