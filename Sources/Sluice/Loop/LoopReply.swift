import Synchronization

/// What another thread owes a base: sent once, from any thread, it calls a closure on the base's loop.
///
/// While it is owed the base keeps the closure, its runs go on, and a virtual clock stands still. A reply that is dropped
/// unsent is owed no more: the closure is let go of, uncalled. This is how work that blocks is done on a thread of its own.
///
/// ```swift
/// let reply = base.reply { (size: Int) in event.write("\(size)\n") }
/// workers.run { reply.send(measure(path)) }
/// ```
public final class LoopReply<Value: Sendable>: Sendable {
  fileprivate let number: UInt64
  private let handle: EventBase.Handle
  private let isSettled = Atomic(false)

  init(number: UInt64, handle: EventBase.Handle) {
    self.number = number
    self.handle = handle
  }

  deinit {
    guard !isSettled.load(ordering: .acquiring) else { return }
    // What the closure holds may run code of its own as it goes, so it goes behind the change.
    handle.execute { [number] base in _ = base.owedReplies.removeValue(forKey: number) }
  }

  /// Has the loop call the closure with `value`. What is sent after the first time is dropped. Allocates; makes a system call
  /// only where the loop sleeps.
  ///
  /// - Returns: whether the base is still there and this was the first time.
  @discardableResult
  public func send(_ value: Value) -> Bool {
    guard !isSettled.exchange(true, ordering: .acquiringAndReleasing) else { return false }
    return handle.execute { [number] base in (base.owedReplies.removeValue(forKey: number) as? Closure)?.body(value) }
  }

  final class Closure {
    let body: (Value) -> Void

    init(_ body: @escaping (Value) -> Void) { self.body = body }
  }
}

extension EventBase {
  /// Promises that another thread will send a value, which `body` is called with, from the loop. A base that ends before
  /// lets go of `body`. Allocates.
  public func reply<Value: Sendable>(_ body: @escaping (Value) -> Void) -> LoopReply<Value> {
    replies &+= 1
    if !isShutDown { owedReplies[replies] = LoopReply<Value>.Closure(body) }
    return LoopReply(number: replies, handle: handle)
  }

  /// Nothing is owed any more: the closure is let go of, and is not called even where its value is on its way.
  public func withdraw<Value: Sendable>(_ reply: LoopReply<Value>) {
    _ = owedReplies.removeValue(forKey: reply.number)
  }
}
