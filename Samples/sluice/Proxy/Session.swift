import Logging
import Sluice
import SluiceProxyProtocol
import SluiceTLS
import SluiceTap
import StackDescription

/// One client's connection, and the one that is made to the target for it.
///
/// The target is not reached before the client's handshake is done: who is not let in causes nothing there.
final class Session {
  /// How far it has come.
  enum Phase: String, Sendable {
    case handshaking, connecting, joined, ended
  }

  unowned let worker: ProxyWorker
  private(set) var facts: ConnectionFacts
  /// Who connected, whatever a proxy in front says.
  let peerAddress: SocketAddress?
  private let began: EventBase.Instant
  private(set) var phase = Phase.handshaking
  /// The tops of the two stacks; nil before they stand.
  private(set) var client: BufferEvent?
  private(set) var target: BufferEvent?
  private var relay: Relay?
  private var meters: (client: [Meter], target: [Meter]) = ([], [])
  /// The chains that it was made by, which may be older than the worker's.
  private let chains: Chains
  private(set) var ending: (reason: EndReason, error: String?)?

  init(_ worker: ProxyWorker, _ facts: ConnectionFacts) {
    self.worker = worker
    self.facts = facts
    peerAddress = facts.source
    chains = worker.chains
    began = worker.base.now
  }

  /// Bytes that were passed on.
  var toTarget: Int { relay?.bytesToRight ?? 0 }
  var toClient: Int { relay?.bytesToLeft ?? 0 }
  var age: Duration { began.duration(to: worker.base.now) }
  /// The filters on both sides, each with its meter.
  var metered: [(side: Site, filters: [BoundFilter], meters: [Meter])] {
    [(.listener, chains.listener.stack.filters, meters.client), (.target, chains.target.stack.filters, meters.target)]
  }

  /// Puts the stack on the client's connection.
  func start(_ event: BufferEvent) {
    do {
      let (top, meters) = try chains.listener.stack.metered(on: event, facts, timed: false)
      (client, self.meters.client) = (top, meters)
      guard chains.listener.stack.hasHandshake else { return connect(top) }
      top.onEvent = { [unowned self] top, event in
        switch event {
        case .connected: shookHands(top)
        case .error(let error): fail(error, on: .client)
        case .endOfInput, .endOfOutput: end(.clientEnd)
        case .notice(let notice): tell(notice)
        case .timeout: break
        }
      }
    } catch {
      event.abort()
      end(.limit, "\(error)")
    }
  }

  private func shookHands(_ top: BufferEvent) {
    note(top, at: .listener)
    if let header = top.proxyHeader, let source = header.source {
      facts.source = source
      facts.destination = header.destination
    }
    facts.security = top.tlsInfo.map { info in
      ConnectionFacts.Security(
        version: info.version == .v1_2 ? "TLSv1.2" : "TLSv1.3", cipher: info.cipher, serverName: info.serverName,
        applicationProtocol: info.applicationProtocol, commonName: info.peerCertificates.first?.commonName)
    }
    connect(top)
  }

  private func note(_ top: BufferEvent, at side: Site) {
    guard let connection = top.tls else { return }
    let key = Counters.Handshake(side: side.rawValue, isResumed: connection.isResumed)
    worker.counters.handshakes[key, default: 0] += 1
  }

  /// Makes the connection to the target, and joins the two.
  private func connect(_ client: BufferEvent) {
    phase = .connecting
    // To ask is a system call, and few want to know.
    if facts.destination == nil, chains.target.stack.tellsDestination { facts.destination = client.localAddress }
    do {
      let wire = try worker.dial(chains.target.address)
      let (top, meters) = try chains.target.stack.metered(on: wire, facts, timed: false)
      (target, self.meters.target) = (top, meters)
      var options = RelayOptions()
      options.idleTimeout = worker.settings.limits.idle
      // The relay keeps the session until both connections have given everything up.
      let relay = client.relay(to: top, options: options) { self.ended($0) }
      relay.onConnected = { [unowned self] _, side in
        guard side == .right else { return }
        phase = .joined
        note(top, at: .target)
      }
      relay.onNotice = { [unowned self] _, _, notice in tell(notice) }
      self.relay = relay
    } catch {
      client.abort()
      end((error as? SocketError).map { EndReason(StreamError(.transport($0)), on: .target) } ?? .limit, "\(error)")
    }
  }

  /// What a filter has to say that whoever runs the proxy should know.
  private func tell(_ notice: any Sendable) {
    guard let failure = notice as? TapFailure else { return }
    worker.logger.line(.warning, "\(failure)", [("conn", "\(facts.number)")])
  }

  private func ended(_ relay: Relay) {
    switch relay.outcome {
    case .finished(first: .left): end(.clientEnd)
    case .finished(first: .right): end(.targetEnd)
    case .failed(let side, let error): fail(error, on: side == .left ? .client : .target)
    case .stoppedReading(let side): end(side == .left ? .clientClosed : .targetClosed)
    case .idle: end(.idle)
    case .closed, .aborted, nil: end(.drain)
    }
  }

  private func fail(_ error: StreamError, on side: ProxySide) {
    // What the filter has to say for itself, an alert, leaves first.
    if relay == nil { client?.close(within: .seconds(5)) }
    end(EndReason(error, on: side), "\(side.rawValue): \(error)")
  }

  /// Ends both connections at once, for this reason.
  func abort(_ reason: EndReason) {
    guard ending == nil else { return }
    // Said before, since what follows says less.
    ending = (reason, nil)
    if let relay { relay.abort() } else { client?.abort() }
    over()
  }

  private func end(_ reason: EndReason, _ error: String? = nil) {
    if ending == nil { ending = (reason, error) }
    over()
  }

  private func over() {
    guard phase != .ended, let ending else { return }
    phase = .ended
    client?.onEvent = nil
    worker.logger.line(ending.reason.isOrderly ? .info : .notice, "", fields(ending.reason, ending.error))
    worker.ended(self, ending.reason)
  }
}
