/// What an event stands on while its connection is being made: looks the name up, tries the addresses, and hands the event over
/// to the first that answers.
final class Connector: Transport {
  private let base: EventBase
  private let endpoint: Endpoint
  private let options: ConnectOptions
  /// The event above; nil once it is connected, failed or closed.
  private var link: Unmanaged<BufferEvent>?
  private var schedule: ConnectSchedule
  private var trials: [Trial] = []
  private var request: ResolverRequest?
  private var nameError: ResolverError?
  /// Addresses that the local address cannot reach.
  private var unmatched = 0
  private let begin: EventBase.Instant
  private var nextStart: LoopTimer?
  private var deadline: LoopTimer?

  /// An address that is tried, or was.
  private struct Trial {
    let address: SocketAddress
    let begin: EventBase.Instant
    /// nil when it is over.
    var dialing: (any Dialing)?
    var outcome: ConnectError.Attempt?
  }

  init(to endpoint: Endpoint, _ options: ConnectOptions, on base: EventBase) {
    self.base = base
    self.endpoint = endpoint
    self.options = options
    let unanswered: IPVersions = if case .name = endpoint { options.versions } else { [] }
    schedule = ConnectSchedule(options, unanswered: unanswered)
    begin = base.now
  }

  /// Begins, for `event`. Nothing is told to it before this returns.
  func start(_ event: BufferEvent) {
    link = Unmanaged.passUnretained(event)
    event.suspend(.both, for: .connecting)
    if let limit = options.deadline {
      deadline = base.schedule(after: limit) { [weak self] in self?.giveUp(isLate: true) }
    }
    switch endpoint {
    case .address(let address): learned([], .success([address]))
    case .name(let name, let port): lookUp(name, port)
    }
  }

  // MARK: The name

  private func lookUp(_ name: HostName, _ port: UInt16) {
    request = options.resolver.resolve(name, options.versions, on: base) { [weak self] answer in
      guard let self, link != nil else { return }
      let wanted = options.versions
      learned(
        answer.versions,
        answer.result.map { $0.filter { wanted.contains($0.ipVersion ?? []) }.map { $0.withPort(port) } })
    }
  }

  private func learned(_ versions: IPVersions, _ result: Result<[SocketAddress], ResolverError>) {
    var addresses: [SocketAddress] = []
    switch result {
    case .success(let found): addresses = found
    case .failure(let error): nameError = nameError == nil || nameError == .noAddress ? error : nameError
    }
    if let local = options.localAddress {
      let count = addresses.count
      addresses.removeAll { $0.family != local.family }
      unmatched += count - addresses.count
    }
    schedule.answered(versions, addresses, at: base.now)
    if schedule.unanswered.isEmpty { request = nil }
    goOn()
  }

  // MARK: The addresses

  private func goOn() {
    while link != nil {
      switch schedule.next(at: base.now) {
      case .attempt(let address): attempt(address)
      case .wait(let instant): return wait(until: instant)
      // From the loop: this may be inside the call that began it all.
      case .exhausted: return base.defer { [weak self] in self?.giveUp(isLate: false) }
      }
    }
  }

  private func wait(until instant: EventBase.Instant?) {
    guard let instant else { return nextStart?.cancel() ?? () }
    let timer = nextStart ?? LoopTimer(base: base) { [weak self] in self?.goOn() }
    nextStart = timer
    timer.arm(at: instant)
  }

  private func attempt(_ address: SocketAddress) {
    let number = trials.count
    trials.append(Trial(address: address, begin: base.now))
    trials[number].dialing = options.dialer.dial(address, options, on: base) { [weak self] result in
      guard let self, link != nil else { return }
      trials[number].dialing = nil
      switch result {
      case .success(let transport): connected(transport)
      case .failure(let error): failed(number, error)
      }
    }
  }

  private func failed(_ number: Int, _ error: SocketError) {
    trials[number].outcome = outcome(of: trials[number], error)
    schedule.failed(at: base.now)
    goOn()
  }

  private func outcome(of trial: Trial, _ error: SocketError?) -> ConnectError.Attempt {
    ConnectError.Attempt(address: trial.address, error: error, duration: trial.begin.duration(to: base.now))
  }

  // MARK: The end

  private func connected(_ transport: any DialedTransport) {
    guard let event = stop() else { return }
    event.moveToTransport(transport)
    transport.attach(event)
    event.connectingEnded()
    event.connected()
    transport.outputReady(event)
  }

  private func giveUp(isLate: Bool) {
    let untried = schedule.waiting
    let attempts = trials.map { $0.outcome ?? outcome(of: $0, nil) }
    let reason = self.reason(attempts, isLate)
    guard let event = stop() else { return }
    let error = ConnectError(
      endpoint: endpoint, reason: reason, attempts: attempts, untried: untried, duration: begin.duration(to: base.now))
    event.fail(error)
    event.connectingEnded()
  }

  private func reason(_ attempts: [ConnectError.Attempt], _ isLate: Bool) -> ConnectError.Reason {
    if isLate { return .timedOut }
    if attempts.isEmpty {
      if unmatched > 0, let local = options.localAddress { return .noMatch(local: local) }
      return .name(nameError ?? .noAddress)
    }
    return ConnectError.Reason(attempts.compactMap { $0.error })
  }

  /// Gives back all that is under way.
  ///
  /// - Returns: the event, where it is not over yet.
  private func stop() -> BufferEvent? {
    guard let event = link?.takeUnretainedValue() else { return nil }
    link = nil
    deadline?.cancel()
    nextStart?.cancel()
    request?.cancel()
    request = nil
    for index in trials.indices {
      trials[index].dialing?.cancel()
      trials[index].dialing = nil
    }
    return event
  }

  // MARK: Transport

  var name: String {
    guard link != nil else { return "connection to \(endpoint)" }
    let total = trials.count + schedule.waiting
    if total == 0 { return "connecting to \(endpoint), looking up the name" }
    let rest = schedule.unanswered.isEmpty ? "" : ", more being looked up"
    return "connecting to \(endpoint), \(trials.count) of \(total) addresses tried\(rest)"
  }

  func outputReady(_ event: BufferEvent) {
    guard link != nil else { return }
    // Where an event was dropped, its heir comes here first.
    link = Unmanaged.passUnretained(event)
    // An event that was closed with nothing to say needs no connection.
    if event.isClosed { event.sendOutput { _ in } }
  }

  func readingChanged(_ event: BufferEvent, isWanted: Bool) {}

  func finish(_ event: BufferEvent) {}

  func close(_ event: BufferEvent) { _ = stop() }

  func abort(_ event: BufferEvent) { _ = stop() }
}
