import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// SIGUSR1, SIGUSR2 and SIGWINCH belong to this suite.
@Suite(.serialized) struct SignalTests {
  /// What the process does with a signal, as a number that can be compared.
  private func disposition(_ signal: Int32) -> Int {
    var action = sigaction()
    sigaction(signal, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
  }

  private let ignored = 1

  @Test(arguments: [PollerKind.automatic, .poll])
  func `a signal runs its action from the loop, again and again`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    var count = 0
    let handler = try base.onSignal(SIGUSR1) { count += 1 }
    for round in 1...5 {
      raise(SIGUSR1)
      #expect(count == round - 1)
      try base.runUntilIdle()
      #expect(count == round)
    }
    handler.cancel()
  }

  @Test func `signals that come together are told once, also where a thousand do`() throws {
    let base = EventBase()
    var count = 0
    let handler = try base.onSignal(SIGUSR1) { count += 1 }
    for _ in 0..<1_000 { raise(SIGUSR1) }
    try base.runUntilIdle()
    #expect(count == 1)
    // More than the pipe holds does no harm.
    for _ in 0..<70_000 { raise(SIGUSR1) }
    try base.runUntilIdle()
    #expect(count == 2)
    handler.cancel()
  }

  @Test func `every base that waits for a signal is told, and only of that one`() throws {
    let bases = (0..<3).map { _ in EventBase() }
    var told: [String] = []
    var handlers: [SignalHandler] = []
    for (number, base) in bases.enumerated() {
      handlers.append(try base.onSignal(SIGUSR1) { told.append("\(number) one") })
      handlers.append(try base.onSignal(SIGUSR2) { told.append("\(number) two") })
    }
    raise(SIGUSR2)
    for base in bases { try base.runUntilIdle() }
    #expect(told == ["0 two", "1 two", "2 two"])
    handlers[1].cancel()
    told = []
    raise(SIGUSR2)
    for base in bases { try base.runUntilIdle() }
    #expect(told == ["1 two", "2 two"])
    for handler in handlers { handler.cancel() }
  }

  @Test func `when the last handler is cancelled the signal does what it did before`() throws {
    let before = signal(SIGWINCH, SIG_IGN)
    #expect(disposition(SIGWINCH) == ignored)
    let base = EventBase()
    let handlers = try (0..<2).map { _ in try base.onSignal(SIGWINCH) {} }
    #expect(disposition(SIGWINCH) != ignored)
    handlers[0].cancel()
    handlers[0].cancel()
    #expect(disposition(SIGWINCH) != ignored)
    handlers[1].cancel()
    #expect(disposition(SIGWINCH) == ignored)
    signal(SIGWINCH, before)
  }

  @Test func `a thread that took no signals takes them while it waits for one`() throws {
    var (usr2, before) = (sigset_t(), sigset_t())
    sigemptyset(&usr2)
    sigaddset(&usr2, SIGUSR2)
    pthread_sigmask(SIG_BLOCK, &usr2, &before)
    let base = EventBase()
    var count = 0
    let handlers = try (0..<2).map { _ in try base.onSignal(SIGUSR2) { count += 1 } }
    handlers[0].cancel()
    raise(SIGUSR2)
    try base.runUntilIdle()
    #expect(count == 1)
    handlers[1].cancel()
    var after = sigset_t()
    pthread_sigmask(SIG_SETMASK, &before, &after)
    #expect(sigismember(&after, SIGUSR2) == 1)
  }

  @Test func `a base that ends gives its signals back`() throws {
    let before = signal(SIGWINCH, SIG_IGN)
    var base: EventBase? = EventBase()
    try base?.onSignal(SIGWINCH) {}
    #expect(disposition(SIGWINCH) != ignored)
    base = nil
    #expect(base == nil)
    #expect(disposition(SIGWINCH) == ignored)
    let other = EventBase()
    try other.onSignal(SIGWINCH) {}
    other.shutDown()
    #expect(disposition(SIGWINCH) == ignored)
    signal(SIGWINCH, before)
  }

  @Test func `an action may cancel its handler, and a cancelled one is not run`() throws {
    let base = EventBase()
    var count = 0
    var first: SignalHandler?
    var second: SignalHandler?
    first = try base.onSignal(SIGUSR1) {
      count += 1
      first?.cancel()
      second?.cancel()
    }
    second = try base.onSignal(SIGUSR1) {
      count += 1
      first?.cancel()
      second?.cancel()
    }
    raise(SIGUSR1)
    try base.runUntilIdle()
    #expect(count == 1)
    (first, second) = (nil, nil)
  }

  @Test func `a signal wakes a loop that sleeps, and keeps none running`() async throws {
    let loop = try LoopThread()
    try await confirmation { confirm in
      try await loop.run { base in
        _ = try base.onSignal(SIGUSR1) {
          confirm()
          base.stop()
        }
      }
      while !loop.core.mailbox.isSleeping { await Task.yield() }
      kill(getpid(), SIGUSR1)
      loop.join()
    }
    let base = EventBase()
    try base.onSignal(SIGUSR1) {}
    try base.run()
  }

  @Test func `a signal that cannot be handled, and one handler too many, are errors that say so`() throws {
    let base = EventBase()
    for signal in [SIGKILL, SIGSTOP, 0, -1, 1_000] {
      #expect(throws: EventBaseError.noSuchSignal(signal)) { try base.onSignal(signal) {} }
    }
    let handlers = try (0..<16).map { _ in try base.onSignal(SIGUSR1) {} }
    #expect(throws: EventBaseError.noResources(what: "handler for signal \(SIGUSR1)", code: EMFILE)) {
      try base.onSignal(SIGUSR1) {}
    }
    handlers[7].cancel()
    try base.onSignal(SIGUSR1) {}
    base.shutDown()
  }

  @Test func `handlers come and go while signals come`() async throws {
    let loops = try (0..<2).map { _ in try LoopThread() }
    // So that no signal finds the process without a handler.
    let base = EventBase()
    let kept = try base.onSignal(SIGUSR2) {}
    await withTaskGroup(of: Void.self) { group in
      for loop in loops {
        group.addTask {
          for _ in 0..<200 {
            try? await loop.run { base in try base.onSignal(SIGUSR2) {}.cancel() }
          }
        }
      }
      group.addTask { for _ in 0..<2_000 { kill(getpid(), SIGUSR2) } }
    }
    try base.runUntilIdle()
    kept.cancel()
    for loop in loops { loop.stop() }
  }
}
