// What filters do aside from bytes: they are woken, and hold directions back.
extension BufferEvent {
  func armWake(at time: EventBase.Instant) {
    let extras = makeExtras()
    if extras.wakeTimer == nil {
      let link = Unmanaged.passUnretained(self)
      // Cancelled by the event's deinit, so the link is never followed when that is gone.
      extras.wakeTimer = LoopTimer(base: base) {
        link._withUnsafeGuaranteedRef { $0.schedule(.wakeStage) }
      }
    }
    extras.wakeTime = time
    extras.wakeTimer?.arm(at: time)
  }

  func cancelWake() {
    extras?.wakeTimer?.cancel()
    extras?.wakeTimer = nil
    extras?.wakeTime = nil
  }

  /// Wakes the filter as it asked, and then lets both of its directions go on.
  func wakeFilter() {
    flags.remove(.wakeStage)
    guard !flags.intersects([.failed, .closed, .stageBusy]) else { return }
    extras?.wakeTime = nil
    callStage { try $0.wake() }
    stage?._withUnsafeGuaranteedRef { $0.state.formUnion([.owesEncode, .owesDecode]) }
    flags.formUnion([.pumpUp, .pumpDown])
  }

  /// Calls a filter aside from bytes, and sends what it has to say.
  func callStage(_ body: (Stage) throws -> Void) {
    guard let stage, let lower else { return }
    stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        stage.context.limit = max(below.writeHigh &- below.outputBuffer.count, 0)
        stage.context.mode = flags.contains(.finishing) ? .finished : .normal
        if stage.traits.contains(.usesTime) { stage.context.now = base.now }
        hold(below)
        var failure: (any Error)?
        do { try body(stage) } catch { failure = error }
        serve(stage, below)
        letGo(below)
        below.pushDown()
        if let failure { failed(failure, .both, stage, below) }
      }
    }
  }

  /// Tells the events around a filter what it holds back: reading below pauses, and timeouts here and above stand still.
  @inline(__always) func holdsChanged(_ stage: Stage, _ below: BufferEvent) {
    if stage.readHold == stage.context.readHold, stage.writeHold == stage.context.writeHold { return }
    applyHolds(stage, below)
  }

  private func applyHolds(_ stage: Stage, _ below: BufferEvent) {
    let before = stage.readHold
    let after = stage.context.readHold
    let writingBefore = stage.writeHold
    stage.readHold = after
    stage.writeHold = stage.context.writeHold
    let ended = before.subtracting(after)
    let hasEnded = !ended.isEmpty || !stage.context.writeHold.isSuperset(of: writingBefore)
    if !after.isEmpty { below.suspend(.read, for: after) }
    if !ended.isEmpty {
      below.resume(.read, from: ended)
      // The buffers are the filter's while it runs: what waits below comes in a turn of its own.
      schedule(.pumpUp)
    }
    timingChangedUpwards()
    // Buffers in a filter's hands are not looked at: clocks that are to go on do so once they are free again.
    if hasEnded, hasTimingUpwards { base.defer { [self] in timingChangedUpwards() } }
  }

  private var hasTimingUpwards: Bool {
    var next: Unmanaged<BufferEvent>? = Unmanaged.passUnretained(self)
    while let event = next {
      if event._withUnsafeGuaranteedRef({ $0.flags.contains(.hasTiming) }) { return true }
      next = event._withUnsafeGuaranteedRef { $0.upper }
    }
    return false
  }

  func timingChangedUpwards() {
    var next: Unmanaged<BufferEvent>? = Unmanaged.passUnretained(self)
    while let event = next {
      next = event._withUnsafeGuaranteedRef {
        $0.timingChanged()
        return $0.upper
      }
    }
  }

  /// Whether a filter of this layer, or of one below, holds a direction back, or there is no connection yet.
  func isHeld(_ hold: KeyPath<Stage, Suspension>) -> Bool {
    guard let stage, let lower else { return readReasons.contains(.connecting) }
    if stage._withUnsafeGuaranteedRef({ !$0[keyPath: hold].isEmpty }) { return true }
    return lower._withUnsafeGuaranteedRef { $0.isHeld(hold) }
  }

  /// Takes the layer below out of this one's hands. Only one that stays open goes on reading by itself.
  func letGoOfLower() {
    extras?.waker?.event = nil
    guard let lower else { return }
    lower._withUnsafeGuaranteedRef { below in
      below.upper = nil
      below.flags.subtract([.underneath, .watchedAbove])
      if flags.contains(.keepsLower), isKeptByCallbacks { below.keepByCallbacks() }
      guard let held = stage?._withUnsafeGuaranteedRef({ $0.readHold }), !held.isEmpty else { return }
      if flags.contains(.keepsLower) { return below.resume(.read, from: held) }
      below.readReasons.subtract(held)
      if below.readReasons.isEmpty { below.flags.remove(.readSuspended) }
    }
  }
}
