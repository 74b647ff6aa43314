/// Something that a base runs later, from its loop, with no user code below it on the stack.
///
/// It stands in its base's queue once, however often it is asked for (libevent: `struct event_callback`). The queue does not
/// keep it alive: what is dropped while it waits takes itself off.
public class DeferredWork {
  final var nextWork: Unmanaged<DeferredWork>?
  final var previousWork: Unmanaged<DeferredWork>?
  final var isQueued = false

  init() {}

  /// Does the work. Called by the base, which retains the work meanwhile.
  func run() {}

  /// Lets go of what the work holds: the base ends before it ran.
  func discard() {}

  /// Ends what the base keeps alive until it is done: the base ends before that.
  func abandon() {}
}

/// A closure in the queue, kept alive by itself until it ran.
final class DeferredClosure: DeferredWork {
  private let body: () -> Void
  private var keptAlive: DeferredClosure?

  init(_ body: @escaping () -> Void) {
    self.body = body
    super.init()
    keptAlive = self
  }

  override func run() {
    keptAlive = nil
    body()
  }

  override func discard() { keptAlive = nil }
}

/// The intrusive first-in, first-out queue of a base. Every operation is O(1) and allocates nothing.
struct DeferredQueue {
  private var head: Unmanaged<DeferredWork>?
  private var tail: Unmanaged<DeferredWork>?

  @inline(__always) var isEmpty: Bool { head == nil }

  /// O(n); for debug descriptions.
  var count: Int {
    var count = 0
    var next = head
    while let link = next {
      count += 1
      next = link._withUnsafeGuaranteedRef { $0.nextWork }
    }
    return count
  }

  @inline(__always) mutating func append(_ work: DeferredWork) {
    guard !work.isQueued else { return }
    work.isQueued = true
    let link = Unmanaged.passUnretained(work)
    work.previousWork = tail
    work.nextWork = nil
    if let tail { tail._withUnsafeGuaranteedRef { $0.nextWork = link } } else { head = link }
    tail = link
  }

  /// Takes the first entry off; the caller's reference keeps it alive while it runs.
  @inline(__always) mutating func takeFirst() -> DeferredWork? {
    guard let first = head else { return nil }
    let work = first.takeUnretainedValue()
    head = work.nextWork
    if let head { head._withUnsafeGuaranteedRef { $0.previousWork = nil } } else { tail = nil }
    work.nextWork = nil
    work.isQueued = false
    return work
  }

  mutating func remove(_ work: DeferredWork) {
    guard work.isQueued else { return }
    let (before, after) = (work.previousWork, work.nextWork)
    if let before { before._withUnsafeGuaranteedRef { $0.nextWork = after } } else { head = after }
    if let after { after._withUnsafeGuaranteedRef { $0.previousWork = before } } else { tail = before }
    work.previousWork = nil
    work.nextWork = nil
    work.isQueued = false
  }
}
