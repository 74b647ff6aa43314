/// What a filter is told, and what it can ask for, beside the bytes it turns into others.
///
/// A test that runs a filter as a plain value makes one, and reads back what the filter asked for.
public struct FilterContext: ~Copyable {
  /// The most bytes that this call may add to its target. Passing it by part of a record is tolerated, no more.
  public var limit: Int
  /// How hard to push. In `.finished`, the source holds all that will ever come.
  public var mode: FlushMode
  /// The base's time; kept up to date only for filters whose `usesTime` is true.
  public var now: EventBase.Instant
  /// Bytes for the wire, from whatever call: the answers of a handshake, an alert, what a wake-up flushes. They follow what
  /// `encode` put into its target.
  public var reply: EventBuffer

  /// Whether the filter asked to be woken when the loop's current round ends.
  public private(set) var wantsWake = false
  /// When the filter asked to be woken, if it did.
  public private(set) var wakeTime: EventBase.Instant?
  /// How long from now the filter asked to be woken, if it did so with `wake(after:)`.
  public private(set) var wakeDelay: Duration?
  /// Whether the filter took back what it asked for with `wake(at:)` or `wake(after:)`.
  public private(set) var cancelsWake = false
  /// Whether wire bytes are decoded even while the application has reading disabled or suspended. For a filter whose protocol
  /// has to go on before there is anything to read, such as a handshake; it gives the application no byte meanwhile.
  public var needsInput = false
  /// What the filter announced, in order.
  public private(set) var announcements: [StreamEvent] = []

  /// A context for a call.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that may be added to the target.
  ///   - mode: how hard to push.
  ///   - now: the time that the filter sees.
  public init(
    limit: Int = .max, mode: FlushMode = .normal, now: EventBase.Instant = .init(nanoseconds: 0)
  ) {
    self.limit = limit
    self.mode = mode
    self.now = now
    reply = EventBuffer()
  }

  init(pool: SegmentPool.Pointer) {
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
    (wakeTime, wakeDelay, cancelsWake) = (instant, nil, false)
    hasRequests = true
  }

  /// Asks for `wake` to be called when `delay` has passed, for filters that do not read `now`. Replaces what was asked for
  /// earlier here, or with `wake(at:)`.
  public mutating func wake(after delay: Duration) {
    (wakeTime, wakeDelay, cancelsWake) = (nil, delay, false)
    hasRequests = true
  }

  /// Takes back what `wake(at:)` or `wake(after:)` asked for: an armed wake keeps the loop running until its time.
  public mutating func cancelWake() {
    (wakeTime, wakeDelay, cancelsWake) = (nil, nil, true)
    hasRequests = true
  }

  /// Tells the event callback of the stack something; `.connected` comes before the next read callback.
  public mutating func announce(_ event: StreamEvent) {
    announcements.append(event)
    hasRequests = true
  }

  private var hasRequests = false

  /// Whether anything was asked for, or replied, since the last look.
  @inline(__always) var hasAsked: Bool { hasRequests || reply.count > 0 }

  /// Whether `takeRequests` would give something.
  @inline(__always) var hasRequest: Bool { hasRequests }

  mutating func takeRequests() -> Requests {
    let requests = Requests(
      wake: wantsWake, time: wakeTime, delay: wakeDelay, cancelsWake: cancelsWake, announcements: announcements)
    (wantsWake, wakeTime, wakeDelay, cancelsWake) = (false, nil, nil, false)
    if !announcements.isEmpty { announcements = [] }
    hasRequests = false
    return requests
  }

  struct Requests {
    let wake: Bool
    let time: EventBase.Instant?
    let delay: Duration?
    let cancelsWake: Bool
    let announcements: [StreamEvent]
  }
}
