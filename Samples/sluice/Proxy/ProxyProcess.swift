import ArgumentParser
import Logging
import Sluice
import StackDescription

/// A proxy as a process: its workers on their threads, and on the main thread what it hears from outside.
final class ProxyProcess {
  let base = EventBase()
  let settings: ProxySettings
  /// Where to listen; nil, where that needs no address.
  let endpoint: Endpoint?
  private var threads: [LoopThread] = []
  private var places = ListenPlaces()
  /// Workers that still have to rest before the process may end.
  private var busy = 0
  /// Whether all workers listen.
  private var isServing = false
  private(set) var isDraining = false
  private var isCutting = false
  private var drainTimer: LoopTimer?
  /// What the process ends with.
  private(set) var outcome: Result<Void, ToolError> = .success(())
  /// Called when all workers listen, with their addresses.
  var onReady: (([SocketAddress]) -> Void)?
  let began = ContinuousClock.now

  /// What waits for answers of the workers, by number.
  private var questions: [Int: ((any Sendable)?) -> Void] = [:]
  private var lastQuestion = 0

  init(_ settings: ProxySettings, listeningAt endpoint: Endpoint?) {
    self.settings = settings
    self.endpoint = endpoint
    base.shared { Seat() }.process = self
  }

  /// The process whose base this is: how other threads find it.
  static func of(_ base: EventBase) -> ProxyProcess? { base.shared { Seat() }.process }

  private final class Seat {
    weak var process: ProxyProcess?
  }

  var logger: Logger { settings.logger }

  /// Starts the workers, and runs until the process is to end.
  ///
  /// - Throws: what it ends with, where that is no success.
  func run() throws {
    for index in 0..<settings.limits.threads { threads.append(try LoopThread(name: "sluice-\(index)")) }
    busy = threads.count
    findAddresses()
    try base.runUntilStopped()
    for thread in threads { thread.stop() }
    for thread in threads { thread.join() }
    try outcome.get()
  }

  // MARK: Starting

  private func findAddresses() {
    guard let endpoint else { return start(0) }
    base.resolve(endpoint) { [unowned self] result in
      switch result {
      case .success(let addresses):
        places.addresses = addresses
        start(0)
      case .failure(let error): stop(with: .failed("LISTEN \(endpoint): \(error)"))
      }
    }
  }

  private func start(_ index: Int) {
    let (control, settings, places) = (base.handle, settings, places)
    threads[index].execute { base in
      let result = Result { () throws -> ListenPlaces in
        try ProxyWorker.install(on: base, settings, index: index, at: places) { end in
          control.execute { ProxyProcess.of($0)?.rested(end) }
        }
      }
      control.execute { ProxyProcess.of($0)?.started(index, result) }
    }
  }

  private func started(_ index: Int, _ result: Result<ListenPlaces, any Error>) {
    switch result {
    case .failure(let error):
      stop(with: error as? ToolError ?? .failed("LISTEN \(settings.listener.given): \(error)"))
    case .success(let taken):
      if index == 0 { places = taken }
      if index + 1 < threads.count { return start(index + 1) }
      isServing = true
      onReady?(places.addresses)
    }
  }

  // MARK: Ending

  /// Takes no more connections, and ends when those that are open have ended, or the time for that is over.
  func drain() {
    guard !isDraining else { return cut() }
    isDraining = true
    // Nobody came before all listen, as while a name is looked up.
    guard isServing else { return stop(with: nil) }
    logger.line(.notice, "draining", [("limit", TimeSpan.exact(settings.limits.drain))])
    each { $0.drain() }
    drainTimer = base.schedule(after: settings.limits.drain) { [unowned self] in cut() }
  }

  /// Ends all connections at once, and says how many there were.
  private func cut() {
    isCutting = true
    gather {
      $0.cut()
    } then: { [unowned self] counts in
      let count = counts.reduce(0, +)
      guard count > 0 else { return stop(with: nil) }
      let words =
        "\(count) connection\(count == 1 ? " was" : "s were") cut; a longer --drain-timeout would have let it finish"
      stop(with: ToolError(description: words, status: ExitCode(3)))
    }
  }

  /// A worker has nothing left to wait for.
  private func rested(_ end: EndReason?) {
    busy -= 1
    if isCutting { return }
    if isDraining {
      if busy == 0 { stop(with: nil) }
    } else {
      // The one connection that there is to be has ended.
      stop(with: end?.isOrderly == false ? .failed("the connection ended with \(end?.description ?? "")") : nil)
    }
  }

  private func stop(with error: ToolError?) {
    if let error { outcome = .failure(error) }
    base.stop()
  }

  // MARK: The workers

  /// Has `body` run with each worker, on its thread.
  func each(_ body: @escaping @Sendable (ProxyWorker) -> Void) {
    for thread in threads { thread.execute { base in if let worker = ProxyWorker.of(base) { body(worker) } } }
  }

  /// Asks each worker on its thread, and has `then` called here with all answers.
  func gather<Answer: Sendable>(
    _ ask: @escaping @Sendable (ProxyWorker) -> Answer, then: @escaping ([Answer]) -> Void
  ) {
    lastQuestion += 1
    let (control, number) = (base.handle, lastQuestion)
    var answers: [Answer] = []
    var missing = threads.count
    questions[number] = { [unowned self] answer in
      if let answer = answer as? Answer { answers.append(answer) }
      missing -= 1
      guard missing == 0 else { return }
      questions[number] = nil
      then(answers)
    }
    for thread in threads {
      thread.execute { base in
        let answer = ProxyWorker.of(base).map(ask)
        control.execute { ProxyProcess.of($0)?.questions[number]?(answer) }
      }
    }
  }
}
