import CSluiceSystem
import Synchronization

/// Loops on threads of their own, each with its own base, for work that one processor is too little for.
///
/// Nothing moves between them: a connection, and all that stands on it, stays on the loop that it was made on. Any thread may
/// use the group. Dropping the last reference stops the loops, without waiting for them. libevent: an `event_base` a thread,
/// made by hand.
///
/// ```swift
/// let group = try LoopGroup()
/// let listener = try await group.listen(at: address) { base in
///   let limits = Limits(base)  // each loop's own
///   return { event, peer in serve(event, limits) }
/// }
/// ```
public final class LoopGroup: Sendable {
  /// The loops, at least one.
  public let loops: [LoopThread]
  private let turn = Atomic(0)

  /// Starts the loops.
  ///
  /// - Parameters:
  ///   - count: how many, at least 1; as many as processors that this process may use, where it is left out.
  ///   - name: what debuggers call the threads, with a number behind it; they see 15 bytes of that.
  ///   - clock: which time the bases live in.
  /// - Throws: `EventBaseError.noResources` where the system gives no thread, or no descriptor; those that were started stop.
  public init(
    count: Int = LoopGroup.processors, name: String = "loop", clock: EventBase.Clock = .monotonic
  ) throws(EventBaseError) {
    var loops: [LoopThread] = []
    for number in 0..<max(count, 1) { loops.append(try LoopThread(name: "\(name) \(number)", clock: clock)) }
    self.loops = loops
  }

  /// How many processors this process may use.
  public static var processors: Int { max(Int(sluice_processors()), 1) }

  /// The loops in turn, for work that comes one by one: connections that this process makes, and jobs.
  public func next() -> LoopThread {
    let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return loops[Int(UInt(bitPattern: number) % UInt(loops.count))]
  }

  /// Has `body` run once on each loop, with its base, as `EventBase.Handle.execute(_:)`.
  public func execute(_ body: @escaping @Sendable (EventBase) -> Void) {
    for loop in loops { loop.execute(body) }
  }

  /// Runs `body` once on each loop, one after the other, and returns what it returned, in the order of the loops.
  ///
  /// - Throws: what `body` throws, and then it runs on no further loop; `EventBaseError.stopped` where a loop has stopped.
  public func run<T: Sendable>(_ body: @escaping @Sendable (EventBase) throws -> T) async throws -> [T] {
    var results: [T] = []
    for loop in loops { results.append(try await loop.run(body)) }
    return results
  }

  /// Ends every loop, as `LoopThread.stop()`: what was left before still runs, then connections are aborted, and listeners
  /// closed. Returns at once.
  public func stop() {
    for loop in loops { loop.stop() }
  }

  /// Waits until all threads have ended, which takes a `stop()` by somebody. On a thread of the group, it waits for the others.
  public func join() {
    for loop in loops { loop.join() }
  }
}
