/// A loop: deferred callbacks, timers, a clock, and a mailbox for other threads.
///
/// A base and everything made on it stay on the thread that runs it, and are not `Sendable`; other threads reach it through
/// `handle`. A base with nothing due makes no system call. libevent: `struct event_base`.
///
/// ```swift
/// let base = EventBase()
/// let (client, server) = base.pair()
/// server.onRead = { peer in peer.write(&peer.input) }
/// client.write("hello")
/// try base.run()
/// ```
public final class EventBase {
  /// Which time the base lives in.
  public let clock: Clock
  let pool = SegmentPool.make()

  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var queue = DeferredQueue()
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var timers = TimerHeap()
  var mailbox: Mailbox?
  let watchList = WatchList()
  let pollerKind: PollerKind
  /// The mailbox among the watched descriptors; it does not keep the loop running.
  var mailboxWatch: MailboxWatch?
  /// Letters that were collected and not opened yet, the next one last.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var inbox: [Letter] = []
  /// The closures that other threads' replies will call, by number, and the last number that was given.
  var owedReplies: [UInt64: AnyObject] = [:]
  var replies: UInt64 = 0
  /// What timers know of this base: they do not keep it alive.
  let link = BaseLink()
  var counts = Ledger()

  /// What a callback let go of while it ran; emptied behind it.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var retired: [AnyObject] = []
  /// What lives until it is closed, whoever holds it: listeners, sockets, and closed events that still have bytes on their
  /// way.
  var lingering: [ObjectIdentifier: DeferredWork] = [:]

  /// How many descriptors were ready at the last look.
  var readyCount = 0
  /// How often the loop slept; for tests.
  var waits = 0
  var roundCount = 0
  /// One object for each type that asked for it.
  var sharedObjects: [ObjectIdentifier: AnyObject] = [:]

  var isRunning = false
  var isShutDown = false
  var stopRequested = false
  /// How many callbacks the run may still make.
  var stepsLeft = 0
  var cachedNow: Int64 = 0
  var isTimeFresh = false

  /// A loop that has nothing to do yet. Makes no system call.
  ///
  /// - Parameters:
  ///   - clock: real time, or time that a test commands.
  ///   - poller: how descriptors are waited for.
  public convenience init(clock: Clock = .monotonic, poller: PollerKind = .automatic) {
    self.init(clock: clock, poller: poller, mailbox: nil)
  }

  init(clock: Clock, poller: PollerKind = .automatic, mailbox: Mailbox?) {
    self.clock = clock
    pollerKind = poller
    self.mailbox = mailbox
    link.base = Unmanaged.passUnretained(self)
  }

  deinit {
    // From here on no timer finds the base, and nothing else that the user has can hold it.
    link.base = nil
    letGo()
    SegmentPool.release(pool)
  }

  /// The time: for a monotonic clock that of the current round of the loop, read at most once a round; outside of a run it is
  /// read each time. libevent: `event_base_gettimeofday_cached`, on a clock that never steps.
  public var now: Instant { Instant(nanoseconds: currentTime()) }

  @inline(__always) func currentTime() -> Int64 {
    isRunning && isTimeFresh ? cachedNow : readClock()
  }

  private func readClock() -> Int64 {
    if clock == .virtual { return cachedNow }
    cachedNow = MonotonicClock.nanoseconds()
    isTimeFresh = true
    return cachedNow
  }

  /// How many rounds the loop has made. It makes none without cause: while a base is idle, this stands still.
  public var rounds: Int { roundCount }

  /// What was created on this base and what is gone again; for tests.
  public internal(set) var ledger: Ledger {
    get {
      var ledger = counts
      ledger.segmentsTaken = pool.pointee.taken
      ledger.segmentsReturned = pool.pointee.returned
      return ledger
    }
    set { counts = newValue }
  }

  /// An empty buffer that takes its segments from this base's free lists. Allocates nothing.
  public func makeBuffer() -> EventBuffer { EventBuffer(pool: pool) }

  /// Runs `body` once, in the loop's current or next round, behind what is already due. Allocates its entry.
  /// libevent: `event_base_once` with a zero timeout.
  public func `defer`(_ body: @escaping () -> Void) {
    queue.append(DeferredClosure(body))
  }

  /// Lets go of what lingers: behind the callback that runs, and else with what this returns.
  func stopLingering(_ work: DeferredWork) -> AnyObject? {
    guard let kept = lingering.removeValue(forKey: ObjectIdentifier(work)) else { return nil }
    if isRunning { retired.append(kept) }
    return kept
  }

  /// Ends the current run when the running callback returns, and those of the same buffer event that are due along with it;
  /// what else is due stays due. Before a run it has no effect.
  /// libevent: `event_base_loopbreak`.
  public func stop() { stopRequested = true }
}

// The loop and all that is made on it stay on one thread, and the compiler holds everybody to it.
@available(*, unavailable, message: "a base stays on its thread; reach it from others through base.handle")
extension EventBase: Sendable {}

/// A reference to a base that ends with it. One a base; cheaper than a weak one, which would slow every use of the base down.
final class BaseLink {
  var base: Unmanaged<EventBase>?
}
