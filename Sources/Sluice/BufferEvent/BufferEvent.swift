/// One end of a stream of bytes: an input and an output buffer, callbacks, watermarks, timeouts, and two directions that can
/// be enabled, suspended and ended one by one.
///
/// It stands on another half (`EventBase.pair()`), on a filter over another buffer event (`filtered(by:)`), or on a transport;
/// whatever it stands on, its behaviour is the same. Callbacks run from the base's loop, never from inside a call that the
/// user made, and in this order: connected, read, write, then events. From inside any callback anything may be done to any
/// buffer event. Dropping the last reference closes it as `close()` does; over a socket, the base holds one while the event
/// has a callback.
///
/// It stays on its base's thread, and keeps the base alive. libevent: `struct bufferevent`.
public final class BufferEvent: DeferredWork {
  // The order of the fields is that of the gaps they fill: the first stand behind the flag of the queue's entry.

  var readReasons = Suspension()
  var writeReasons = Suspension()
  /// Output would have moved, had nobody held it.
  var isOutputAwaited = false
  var flags = EventFlags()
  /// The loop that this belongs to. libevent: `bufferevent_get_base`.
  public let base: EventBase

  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var inputBuffer: EventBuffer
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var outputBuffer: EventBuffer

  /// How often a write took the output past its high mark.
  var markPasses: UInt16 = 0
  /// How many readers hold `input` and `output` now.
  var inputReaders: UInt16 = 0
  var outputReaders: UInt16 = 0
  /// A descriptor is at the bottom: the loop keeps the event alive while it has a callback, until it is closed.
  var isKeptByCallbacks = false
  var readLow = 0
  var readHigh = Watermarks.defaultHigh
  var writeLow = 0
  var writeHigh = Watermarks.defaultHigh

  // What it stands on, and what stands on it. Each is kept true by hand: `lower` and `stage` are owned, the others are
  // cleared by the deinit of what they point to.
  var partnerLink: Unmanaged<BufferEvent>?
  var lower: Unmanaged<BufferEvent>?
  var upper: Unmanaged<BufferEvent>?
  var stage: Unmanaged<Stage>?
  var transport: (any Transport)?

  var readBox: Unmanaged<CallbackBox>?
  var writeBox: Unmanaged<CallbackBox>?
  var eventBox: Unmanaged<EventCallbackBox>?
  /// What few events need; made when it is.
  var extras: Extras?

  init(base: EventBase) {
    self.base = base
    inputBuffer = EventBuffer(pool: base.pool)
    outputBuffer = EventBuffer(pool: base.pool)
    super.init()
    base.counts.eventsCreated &+= 1
  }

  deinit {
    dropped()
    // Last, since what goes on below may queue this event, or arm its timers, once more.
    cancelTimers()
    if isQueued { base.queue.remove(self) }
    readBox?.release()
    writeBox?.release()
    eventBox?.release()
    stage?.release()
    lower?.release()
    base.counts.eventsDestroyed &+= 1
  }

  /// What the loop runs: the filters' work first, then the callbacks that are due. The loop holds a reference meanwhile.
  override func run() {
    guard flags.intersects(.stageDue) else { return runDueCallbacks() }
    runStage()
    runDueCallbacks()
    if isDecodingOn { goOnDecoding() }
  }

  /// The base ends while this drains.
  override func abandon() { abort() }

  /// Rarely needed state.
  final class Extras {
    var timing = Timing()
    var pendingEvents: [StreamEvent] = []
    var wakeTimer: LoopTimer?
    /// The door to the filter that it gave out, if it did.
    var waker: FilterWaker?
    /// When the filter is to be woken; nil where it did not ask.
    var wakeTime: EventBase.Instant?
    /// When a close that is under way turns into an abort.
    var closeDeadline: EventBase.Instant?
    var lingerTimer: LoopTimer?
    /// The error that ended the stream.
    var failure: StreamError?
    /// Files that are to be sent, and what was written behind them.
    var files: FileQueue?
    var isEndOfOutputTold = false
    /// Bytes of the output that were thrown away.
    var lostOutput = 0
    /// What runs when the event has ended, or bytes have left it that layers above watch.
    var follower: DeferredWork?
  }

  func makeExtras() -> Extras {
    if let extras { return extras }
    let made = Extras()
    extras = made
    return made
  }

  /// Has the loop do what `work` names, soon.
  @inline(__always) func schedule(_ work: EventFlags) {
    flags.formUnion(work)
    base.queue.append(self)
  }
}

@available(*, unavailable, message: "a buffer event stays on its base's thread; reach it through base.handle")
extension BufferEvent: Sendable {}
