import Synchronization

/// A thread with a base of its own, which it runs until it is stopped.
///
/// The base never leaves the thread: other threads leave closures at `handle`, tasks wait for an answer with `run`, and
/// actors live there by giving the loop as their executor. Dropping the last reference stops the loop, without waiting for
/// it. libevent: a thread in `event_base_loop(EVLOOP_NO_EXIT_ON_EMPTY)`, with `evthread_use_pthreads`.
///
/// ```swift
/// let loop = try LoopThread(name: "echo")
/// let answer = try await loop.run { base in base.now }
///
/// actor Session {
///   let loop: LoopThread
///   var events: [BufferEvent] = []
///   nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
///   init(on loop: LoopThread) { self.loop = loop }
///   func open() throws { try loop.withBase { base in events.append(base.pair().0) } }
/// }
/// ```
public final class LoopThread: Sendable {
  let core: LoopCore
  private let thread: Mutex<SystemThread?>

  /// Starts the thread and its loop.
  ///
  /// - Parameters:
  ///   - name: what debuggers call the thread; they see 15 bytes of it.
  ///   - clock: which time its base lives in. A virtual one jumps from timer to timer as fast as it can.
  /// - Throws: `EventBaseError.noResources` where the system gives no thread, or no descriptor to wake it with.
  public init(name: String = "loop", clock: EventBase.Clock = .monotonic) throws(EventBaseError) {
    let mailbox = Mailbox()
    guard mailbox.canWake else { throw .noResources(what: "descriptor", code: -mailbox.descriptor) }
    let core = LoopCore(mailbox: mailbox, clock: clock)
    self.core = core
    thread = Mutex(try SystemThread(name: name) { core.live() })
  }

  deinit {
    stop()
    // Not joined: this may be the loop's own thread, or one that the loop's callbacks wait for.
    thread.withLock { $0?.detach() }
  }

  /// The door to the loop's base. It may outlive this, and does not keep the loop running.
  public var handle: EventBase.Handle { EventBase.Handle(mailbox: core.mailbox) }

  /// Whether this is the loop's thread.
  public var isCurrent: Bool { LoopPlace.here(in: core) != nil }

  /// Why the loop ended by itself; nil while it runs, and where it was stopped.
  public var failure: EventBaseError? { core.failure }

  /// Has `body` run on the loop's thread, as `EventBase.Handle.execute(_:)`.
  ///
  /// - Returns: false where the loop has stopped.
  @discardableResult
  public func execute(_ body: @escaping @Sendable (EventBase) -> Void) -> Bool { handle.execute(body) }

  /// Runs `body` on the loop's thread, and returns what it returns. It runs in line with what the handle was given, and also
  /// where the task is cancelled meanwhile. May be called from an actor on this loop.
  ///
  /// - Throws: what `body` throws; `EventBaseError.stopped` where the loop stopped before it came to `body`.
  public func run<T: Sendable>(_ body: @escaping @Sendable (EventBase) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let request = Letter.request { base in
        guard let base else { return continuation.resume(throwing: EventBaseError.stopped) }
        continuation.resume(with: Result { try body(base) })
      }
      if !core.mailbox.post(request) { continuation.resume(throwing: EventBaseError.stopped) }
    }
  }

  /// Calls `body` with the base, at once: for actors that live on this loop, and for others that are on its thread.
  ///
  /// - Throws: what `body` throws; `EventBaseError.wrongThread` on any other thread, and `.stopped` where the loop has
  ///   stopped.
  public func withBase<T: Sendable>(_ body: (EventBase) throws -> T) throws -> T {
    guard let place = LoopPlace.here(in: core) else { throw EventBaseError.wrongThread }
    guard let base = place.base else { throw EventBaseError.stopped }
    return try body(base)
  }

  /// Ends the loop behind what its handle was given before; then its thread shuts its base down, and ends. Returns at once.
  ///
  /// What the handle was given later is let go of, a `run` throws, and timers never fire. Jobs of tasks and actors on this
  /// loop still run, one after the other: what is there on the loop's thread, later ones on another.
  public func stop() { handle.stop() }

  /// Waits until the thread has ended, which takes a `stop()` by somebody. On the loop's own thread, which cannot wait for
  /// itself, it returns at once. Any number of threads may call it.
  public func join() {
    guard !isCurrent else { return }
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }
}
