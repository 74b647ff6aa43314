/// What draws bytes from a shared bucket: one direction of a limiter, or the shared bucket of a group within a group.
class Waiter {
  /// What it draws from; nil where it is in no group.
  final var pool: Pool?
  /// The bytes that it would take now, if they were there.
  final var demand: Int64 = 0
  /// Bytes that the pool gave and took account of, and that were not used yet.
  final var grant: Int64 = 0
  /// What was missing from its last share, because the pool ran out in the middle of it.
  final var owed: Int64 = 0
  /// Whether it had its turn since the last grant: a grant that is left after that is not wanted.
  final var hadItsTurn = false

  // Its place among those that wait. The queue keeps nobody alive: who goes takes itself off.
  fileprivate final var next: Unmanaged<Waiter>?
  fileprivate final var previous: Unmanaged<Waiter>?
  final fileprivate(set) var isQueued = false

  /// It was given something. False where it has no use for anything any more.
  func granted() -> Bool { false }
}

/// Those that wait for a shared bucket, in the order of their turns. Every operation is O(1).
struct WaitingQueue {
  private var head: Unmanaged<Waiter>?
  private var tail: Unmanaged<Waiter>?
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  var first: Waiter? { head?.takeUnretainedValue() }

  mutating func append(_ waiter: Waiter) {
    guard !waiter.isQueued else { return }
    let link = Unmanaged.passUnretained(waiter)
    waiter.isQueued = true
    waiter.previous = tail
    waiter.next = nil
    if let tail { tail._withUnsafeGuaranteedRef { $0.next = link } } else { head = link }
    tail = link
    count += 1
  }

  mutating func remove(_ waiter: Waiter) {
    guard waiter.isQueued else { return }
    let (before, after) = (waiter.previous, waiter.next)
    if let before { before._withUnsafeGuaranteedRef { $0.next = after } } else { head = after }
    if let after { after._withUnsafeGuaranteedRef { $0.previous = before } } else { tail = before }
    waiter.previous = nil
    waiter.next = nil
    waiter.isQueued = false
    count -= 1
  }
}
