import CSluiceSystem
import Logging
import Sluice
import StackDescription

/// The part of a proxy that lives on one loop: a listener, and the connections that it took.
final class ProxyWorker {
  let base: EventBase
  let settings: ProxySettings
  var chains: Chains
  /// Whether the one connection that there is to be is the listener's own.
  let takesOne: Bool
  let memory = Chains.Memory()
  /// Told when the last connection has ended while the worker drains, and when the only one has.
  private let onRest: (ProxyWorker) -> Void

  var listeners: [Listener] = []
  private(set) var sessions: [UInt64: Session] = [:]
  var counters = Counters()
  private var nextNumber: UInt64
  /// The connections that may be open at once on this loop: its share of those of the process.
  let mostConnections: Int
  /// The most connections that were open since there were none.
  private var peak = 0
  private(set) var isDraining = false
  /// How the last connection ended.
  private(set) var lastEnd: EndReason?
  let lag: LoopLag

  /// A worker that does not listen yet.
  ///
  /// - Parameters:
  ///   - base: its loop.
  ///   - settings: what to do.
  ///   - index: which of several workers it is; the numbers of its connections begin there.
  ///   - onRest: called when nothing is left to be waited for.
  /// - Throws: what is wrong with the descriptions.
  init(
    base: EventBase, settings: ProxySettings, index: Int = 0, onRest: @escaping (ProxyWorker) -> Void = { _ in }
  ) throws(ToolError) {
    self.base = base
    self.settings = settings
    self.onRest = onRest
    nextNumber = UInt64(index + 1)
    let threads = settings.limits.threads
    mostConnections = (settings.limits.connections + threads - 1 - index) / threads
    chains = try Chains(settings, sharing: memory)
    takesOne = chains.takesOne
    lag = LoopLag(base)
  }

  var logger: Logger { settings.logger }

  /// Reads the descriptions anew. Connections that are open keep their stacks; limits that they share change for them too.
  ///
  /// - Throws: what is wrong with them; everything stays as it was then.
  func reload() throws(ToolError) {
    // Sharing nothing, it changes nothing.
    let fresh = try Chains(settings)
    guard fresh.listener.address == chains.listener.address else {
      throw .configuration(
        "LISTEN \(fresh.listener.address): where it listens cannot change while the proxy runs. Start it anew.")
    }
    guard !fresh.target.address.isSingle || fresh.target.address == chains.target.address else {
      throw .configuration(
        "TARGET \(fresh.target.address): one connection cannot take the place of many while the proxy runs."
          + " Start it anew.")
    }
    chains = try Chains(settings, sharing: memory)
  }

  /// Serves a client's connection.
  func accept(_ event: BufferEvent, from peer: SocketAddress?) {
    let facts = ConnectionFacts(source: peer, number: nextNumber)
    nextNumber += UInt64(settings.limits.threads)
    counters.accepted += 1
    let session = Session(self, facts)
    sessions[facts.number] = session
    peak = max(peak, sessions.count)
    session.start(event)
    if chains.target.address.isSingle { stopListening() }
  }

  /// Called by a session when it is over.
  func ended(_ session: Session, _ reason: EndReason) {
    guard sessions.removeValue(forKey: session.facts.number) != nil else { return }
    lastEnd = reason
    session.addTotals(to: &counters, reason)
    if sessions.isEmpty { rest() }
  }

  /// The last connection has ended.
  private func rest() {
    if isDraining || takesOne || chains.target.address.isSingle { return onRest(self) }
    // Behind the callbacks that still hold some of it.
    if peak >= Self.burst { base.defer { sluice_trim_memory() } }
    peak = 0
  }

  /// So many connections at a time leave memory behind that is worth giving back.
  private static let burst = 64

  /// Takes no more connections, and waits for those that are open.
  func drain() {
    isDraining = true
    stopListening()
    if sessions.isEmpty { onRest(self) }
  }

  /// Ends all connections at once.
  ///
  /// - Returns: how many there were.
  func cut() -> Int {
    stopListening()
    let open = Array(sessions.values)
    for session in open { session.abort(.drain) }
    return open.count
  }

  private func stopListening() {
    for listener in listeners { listener.close() }
  }
}
