extension BufferEvent {
  /// How long a direction may stand still before it times out; nil is for ever. libevent: `bufferevent_set_timeouts`.
  ///
  /// Reading counts while it is enabled, not suspended, below its high mark, and before the end of the input. Writing counts
  /// while bytes wait in the output, or in those below it. When a time is over the direction is disabled, and then
  /// `.timeout` is told; enabling it starts anew. A timeout keeps the loop running while it counts, and none counts behind
  /// `close()`, in no layer: give that a limit of its own. Setting one starts it anew. Zero and less count as nil.
  public var readTimeout: Duration? {
    get { extras?.timing.read.duration }
    set { setTimeout(newValue, \.read) }
  }

  /// As `readTimeout`, for writing.
  public var writeTimeout: Duration? {
    get { extras?.timing.write.duration }
    set {
      setTimeout(newValue, \.write)
      var next = lower
      while let event = next {
        next = event._withUnsafeGuaranteedRef {
          $0.flags.insert(.watchedAbove)
          return $0.lower
        }
      }
    }
  }

  struct Timing {
    struct Side {
      var nanoseconds: Int64 = 0
      var timer: LoopTimer?
      var lastProgress: Int64 = 0
      var isCounting = false

      var duration: Duration? { nanoseconds > 0 ? .nanoseconds(nanoseconds) : nil }
    }

    var read = Side()
    var write = Side()
  }

  private func setTimeout(_ duration: Duration?, _ side: WritableKeyPath<Timing, Timing.Side>) {
    let extras = makeExtras()
    extras.timing[keyPath: side].nanoseconds = max(duration?.wholeNanoseconds ?? 0, 0)
    extras.timing[keyPath: side].timer?.cancel()
    extras.timing[keyPath: side].isCounting = false
    if extras.timing.read.nanoseconds > 0 || extras.timing.write.nanoseconds > 0 {
      flags.insert(.hasTiming)
    } else {
      flags.remove(.hasTiming)
    }
    timingChanged()
  }

  /// Starts and stops the clocks as the state of the event says. Called where that may have changed; progress is another
  /// matter, so a reader that drains slowly does not put its timeout off.
  func timingChanged() {
    guard flags.contains(.hasTiming), let extras else { return }
    // What closes is to drain, however long that takes, and nobody would hear of a timeout: in no layer of its stack.
    let isClosing = top.flags.contains(.closing)
    // A buffer that somebody holds is looked at when it is given back; what stops a clock anyway does so at once.
    let mayRead =
      extras.timing.read.nanoseconds > 0 && !isClosing
      && !flags.intersects([.readDisabled, .readSuspended, .inputEnded, .closed, .failed, .unlinked])
      && !isHeld(\.readHold)
    if !mayRead {
      count(false, \.read, .read)
    } else if !flags.intersects(.inputHeld) {
      count(inputBuffer.count < readHigh, \.read, .read)
    }
    let mayWrite =
      extras.timing.write.nanoseconds > 0 && !isClosing
      && !flags.intersects([.writeDisabled, .writeSuspended, .outputFinished, .closed, .failed, .unlinked])
      && !isHeld(\.writeHold)
    if !mayWrite {
      count(false, \.write, .write)
    } else if !isOutputHeld {
      count(isOutputWaiting, \.write, .write)
    }
  }

  /// Whether bytes wait in the output, or in that of a layer below.
  private var isOutputWaiting: Bool {
    if flags.intersects(EventFlags.outputHeld.union(.filesPending)) || !outputBuffer.isEmpty { return true }
    guard let lower else { return false }
    return lower._withUnsafeGuaranteedRef { $0.isOutputWaiting }
  }

  /// Whether somebody holds the output, or that of a layer below.
  private var isOutputHeld: Bool {
    if flags.intersects(.outputHeld) { return true }
    guard let lower else { return false }
    return lower._withUnsafeGuaranteedRef { $0.isOutputHeld }
  }

  private func count(_ shouldCount: Bool, _ side: WritableKeyPath<Timing, Timing.Side>, _ direction: Directions) {
    guard let extras, extras.timing[keyPath: side].isCounting != shouldCount else { return }
    extras.timing[keyPath: side].isCounting = shouldCount
    guard shouldCount else {
      extras.timing[keyPath: side].timer?.cancel()
      return
    }
    extras.timing[keyPath: side].lastProgress = base.currentTime()
    arm(side, direction)
  }

  private func arm(_ side: WritableKeyPath<Timing, Timing.Side>, _ direction: Directions) {
    guard let extras else { return }
    if extras.timing[keyPath: side].timer == nil {
      let link = Unmanaged.passUnretained(self)
      // Cancelled by the event's deinit, so the link is never followed when that is gone.
      extras.timing[keyPath: side].timer = LoopTimer(base: base) {
        link.takeUnretainedValue().timeIsOver(side, direction)
      }
    }
    let timing = extras.timing[keyPath: side]
    let (sum, overflow) = timing.lastProgress.addingReportingOverflow(timing.nanoseconds)
    timing.timer?.arm(at: .init(nanoseconds: overflow ? .max : sum))
  }

  /// Bytes moved: notes the time, and leaves the timer where it is; it re-arms itself when it fires too early.
  func progressed(_ direction: Directions) {
    if flags.contains(.hasTiming), let extras {
      if direction == .read {
        extras.timing.read.lastProgress = base.currentTime()
      } else {
        extras.timing.write.lastProgress = base.currentTime()
      }
      timingChanged()
    }
    guard direction == .write else { return }
    if flags.contains(.filesPending) { schedule(.pumpDown) }
    guard flags.contains(.watchedAbove) else { return }
    if let upper {
      upper._withUnsafeGuaranteedRef {
        $0.progressed(.write)
        $0.belowSent()
      }
    } else if let follower = extras?.follower {
      base.queue.append(follower)
    }
  }

  private func timeIsOver(_ side: WritableKeyPath<Timing, Timing.Side>, _ direction: Directions) {
    guard let extras, extras.timing[keyPath: side].isCounting else { return }
    let timing = extras.timing[keyPath: side]
    if base.currentTime() &- timing.lastProgress < timing.nanoseconds { return arm(side, direction) }
    disable(direction)
    announce(.timeout(direction))
  }

  func cancelTimers() {
    guard let extras else { return }
    extras.timing.read.timer?.cancel()
    extras.timing.write.timer?.cancel()
    extras.wakeTimer?.cancel()
    extras.lingerTimer?.cancel()
  }
}
