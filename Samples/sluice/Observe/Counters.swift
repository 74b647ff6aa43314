/// What one loop has counted since it began. A value: snapshots of several loops are added up.
struct Counters: Sendable {
  /// Bytes of one direction through one filter.
  struct Stage: Hashable, Sendable {
    /// `listener` or `target`.
    let side: String
    /// Counted from the wire; 1 stands on the connection.
    let place: Int
    let filter: String
    /// `encode` or `decode`.
    let direction: String
  }

  struct Bytes: Sendable {
    var into = 0
    var out = 0
  }

  /// Connections that were taken.
  var accepted = 0
  /// Connections that the listener could not take, and gave up.
  var shed = 0
  /// How connections ended.
  var ended: [String: Int] = [:]
  /// Bytes that were passed on from clients to targets, and back, of connections that have ended.
  var toTargets = 0
  var toClients = 0
  /// Handshakes that were completed: by side, and whether a session was resumed.
  var handshakes: [Handshake: Int] = [:]
  /// Bytes through each filter, of connections that have ended.
  var stages: [Stage: Bytes] = [:]

  struct Handshake: Hashable, Sendable {
    let side: String
    let isResumed: Bool
  }

  mutating func add(_ other: Counters) {
    accepted += other.accepted
    shed += other.shed
    toTargets += other.toTargets
    toClients += other.toClients
    ended.merge(other.ended, uniquingKeysWith: +)
    handshakes.merge(other.handshakes, uniquingKeysWith: +)
    stages.merge(other.stages) { Bytes(into: $0.into + $1.into, out: $0.out + $1.out) }
  }
}

/// What goes on in one loop at a moment.
struct Gauges: Sendable {
  /// Connections that are open, and of these, those that are still in a handshake, or on their way to the target.
  var open = 0
  var handshaking = 0
  var connecting = 0
  /// Connections of which a direction waits for the slower end.
  var pausedByBackpressure = 0
  /// Connections that a rate limit holds back.
  var pausedByRate = 0
  /// Bytes in all buffers of all layers.
  var bufferedBytes = 0
  /// How late the loop came to its last timer, in seconds.
  var loopLag = 0.0

  mutating func add(_ other: Gauges) {
    open += other.open
    handshaking += other.handshaking
    connecting += other.connecting
    pausedByBackpressure += other.pausedByBackpressure
    pausedByRate += other.pausedByRate
    bufferedBytes += other.bufferedBytes
    loopLag = max(loopLag, other.loopLag)
  }
}
