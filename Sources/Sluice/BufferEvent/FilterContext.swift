/// What a filter is told, and what it can ask for, beside the bytes it turns into others.
///
/// A test that runs a filter as a plain value makes one, and reads back what the filter asked for.
public struct FilterContext: ~Copyable {
  // The order of the fields is that of their size: each of many idle filters has a context.

  /// The most bytes that this call may add to its target. Passing it by part of a record is tolerated, no more.
  public var limit: Int
  /// The base's time; kept up to date only for filters whose `usesTime` is true.
  public var now: EventBase.Instant
  /// Bytes for the wire, from whatever call: the answers of a handshake, an alert, what a wake-up flushes. They follow what
  /// `encode` put into its target.
  public var reply: EventBuffer
  private var rare: Rare?
  /// How hard to push. In `.finished`, the source holds all that will ever come.
  public var mode: FlushMode

  /// Why the filter holds reading back for now, though bytes wait for it; empty where it does not. Set it along with
  /// `.blocked`, and clear it when bytes pass again: meanwhile reading below pauses, so that the other end feels it, and the
  /// read timeouts of this layer and of those above do not count.
  public var readHold: Suspension = [] {
    didSet { if readHold != oldValue { hasRequests = true } }
  }
  /// Whether the layer below is to stop reading, for the filter's own reasons: `readHold` with `.filter`. The wire feels it at
  /// once, while `.blocked` alone would let the layer below fill up first; `decode` is still called for what is there already.
  /// libevent: `BEV_SUSPEND_FILT_READ`.
  public var pausesInput: Bool {
    get { readHold.contains(.filter) }
    set { readHold = newValue ? readHold.union(.filter) : readHold.subtracting(.filter) }
  }
  /// As `readHold`, for writing: the write timeouts of this layer and of those above do not count. Nothing below changes.
  public var writeHold: Suspension = [] {
    didSet { if writeHold != oldValue { hasRequests = true } }
  }

  /// Whether the filter asked to be woken when the loop's current round ends.
  public private(set) var wantsWake = false
  /// When the filter asked to be woken, if it did.
  public var wakeTime: EventBase.Instant? { rare?.wakeTime }
  /// What the filter announced, in order.
  public var announcements: [StreamEvent] { rare?.announcements ?? [] }

  /// What few filters ask for; made when one does.
  private final class Rare {
    var wakeTime: EventBase.Instant?
    var announcements: [StreamEvent] = []
    var waker: FilterWaker?
  }

  /// A context for a call.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that may be added to the target.
  ///   - mode: how hard to push.
  ///   - now: the time that the filter sees.
  public init(
    limit: Int = .max, mode: FlushMode = .normal, now: EventBase.Instant = .init(nanoseconds: 0)
  ) {
    rare = nil
    self.limit = limit
    self.mode = mode
    self.now = now
    reply = EventBuffer()
  }

  init(pool: SegmentPool.Pointer) {
    rare = nil
    limit = 0
    mode = .normal
    now = .init(nanoseconds: 0)
    reply = EventBuffer(pool: pool)
  }

  /// Asks for `wake` to be called when the loop's current round ends: behind everything that is due now, so that what is
  /// written meanwhile is handled in one go. Asking twice is asking once.
  public mutating func wakeSoon() {
    wantsWake = true
    hasRequests = true
  }

  /// Asks for `wake` to be called at an instant of the base's clock. A later call replaces an earlier one.
  public mutating func wake(at instant: EventBase.Instant) {
    makeRare().wakeTime = instant
    hasRequests = true
  }

  /// Tells the event callback of the stack something; `.connected` comes before the next read callback.
  public mutating func announce(_ event: StreamEvent) {
    makeRare().announcements.append(event)
    hasRequests = true
  }

  /// The door to this filter from outside of its calls: from a timer, a callback of the application, another filter's call.
  /// There is one to a filter, made when this is first called; it may be kept.
  public mutating func waker() -> FilterWaker {
    if let madeWaker { return madeWaker }
    let waker = FilterWaker()
    makeRare().waker = waker
    hasRequests = true
    return waker
  }

  var madeWaker: FilterWaker? { rare?.waker }

  private mutating func makeRare() -> Rare {
    if let rare { return rare }
    let made = Rare()
    rare = made
    return made
  }

  private var hasRequests = false

  /// Whether anything was asked for, or replied, since the last look.
  @inline(__always) var hasAsked: Bool { hasRequests || reply.count > 0 }

  mutating func takeRequests() -> (wake: Bool, time: EventBase.Instant?, announcements: [StreamEvent]) {
    let requests = (wantsWake, wakeTime, announcements)
    wantsWake = false
    hasRequests = false
    rare?.wakeTime = nil
    rare?.announcements = []
    return requests
  }
}
