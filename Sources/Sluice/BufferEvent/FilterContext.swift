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

  /// Whether the stack is closing: what `decode` gives is thrown away, and `encode` may hold the end back, with `.blocked`, for
  /// what still has to come from the other end.
  public internal(set) var isClosing = false
  /// Whether `encode` may leave what it would rather encode along with more, for a filter that gathers what is written: it is
  /// called again when the loop's round ends. False for all others.
  public internal(set) var mayLeaveMore = false

  /// Whether the filter asked to be woken when the loop's current round ends.
  public private(set) var wantsWake = false
  /// When the filter asked to be woken, if it did.
  public var wakeTime: EventBase.Instant? { rare?.wakeTime }
  /// How long from now the filter asked to be woken, if it did so with `wake(after:)`.
  public var wakeDelay: Duration? { rare?.wakeDelay }
  /// Whether the filter took back what it asked for with `wake(at:)` or `wake(after:)`.
  public var cancelsWake: Bool { rare?.cancelsWake ?? false }
  /// Whether wire bytes are decoded even while the application has reading disabled or suspended. For a filter whose protocol
  /// has to go on before there is anything to read, such as a handshake; it gives the application no byte meanwhile.
  public var needsInput = false
  /// Whether an error that the filter throws resets the wire: what waits in the layers below is thrown away, and the other end
  /// sees a reset, as by `BufferEvent.abort()`. Otherwise they end in order, when the stack is closed, behind what the filter
  /// had to say last. Looked at when a call throws. False.
  public var resetsWire = false
  /// What the filter announced, in order.
  public var announcements: [StreamEvent] { rare?.announcements ?? [] }

  /// What few filters ask for; made when one does.
  private final class Rare {
    var wakeTime: EventBase.Instant?
    var wakeDelay: Duration?
    var cancelsWake = false
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
    askForWake(at: instant)
  }

  /// Asks for `wake` to be called when `delay` has passed, for filters that do not read `now`. Replaces what was asked for
  /// earlier here, or with `wake(at:)`.
  public mutating func wake(after delay: Duration) { askForWake(after: delay) }

  /// Takes back what `wake(at:)` or `wake(after:)` asked for: an armed wake keeps the loop running until its time.
  public mutating func cancelWake() { askForWake() }

  private mutating func askForWake(at instant: EventBase.Instant? = nil, after delay: Duration? = nil) {
    let rare = makeRare()
    (rare.wakeTime, rare.wakeDelay) = (instant, delay)
    rare.cancelsWake = instant == nil && delay == nil
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

  /// Whether anything was asked for.
  @inline(__always) var hasRequest: Bool { hasRequests }

  mutating func takeRequests() -> Requests {
    var requests = Requests(wake: wantsWake)
    wantsWake = false
    hasRequests = false
    guard let rare else { return requests }
    (requests.time, requests.delay, requests.cancelsWake) = (rare.wakeTime, rare.wakeDelay, rare.cancelsWake)
    (rare.wakeTime, rare.wakeDelay, rare.cancelsWake) = (nil, nil, false)
    if !rare.announcements.isEmpty { swap(&requests.announcements, &rare.announcements) }
    // A filter that takes its wake back, as after a handshake, asks for nothing more of this.
    if requests.cancelsWake, rare.waker == nil { self.rare = nil }
    return requests
  }

  struct Requests {
    let wake: Bool
    var time: EventBase.Instant?
    var delay: Duration?
    var cancelsWake = false
    var announcements: [StreamEvent] = []
  }
}
