extension BufferEvent {
  /// Carries what was written down through the filters, as far as the marks below allow, and onto the wire.
  @inline(__always) func pushDown() {
    if stage == nil { pushToWire() } else { pushThroughFilters() }
  }

  private func pushThroughFilters() {
    var current = Unmanaged.passUnretained(self)
    while true {
      let next = current._withUnsafeGuaranteedRef { event -> Unmanaged<BufferEvent>? in
        guard event.stage != nil else {
          event.pushToWire()
          return nil
        }
        return event.encode(.normal) ? event.lower : nil
      }
      guard let next else { return }
      current = next
    }
  }

  /// Has this layer's filter encode what waits, into the output of the layer below. True where that has something new.
  ///
  /// In `.flush` mode the filter is called even with nothing to encode, so that it gives what it holds back, and the mark of
  /// the layer below does not limit it.
  func encode(_ mode: FlushMode) -> Bool {
    guard let stage, let lower else { return false }
    return stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in encode(mode, stage, below) }
    }
  }

  @inline(__always) private func encode(_ mode: FlushMode, _ stage: Stage, _ below: BufferEvent) -> Bool {
    let before = outputBuffer.count
    var hasMoved = false
    var isForced = mode == .flush
    let isFinishing = flags.contains(.finishing)
    while !flags.intersects(.sendBlocked), !below.flags.intersects([.outputBusy, .outputFinished, .failed]) {
      let have = outputBuffer.count
      guard have > 0 || isFinishing || isForced else { break }
      let room = mode == .flush ? Int.max : below.writeHigh &- below.outputBuffer.count
      guard room > 0 else { break }
      isForced = false
      stage.context.limit = room
      stage.context.mode = isFinishing ? .finished : mode
      let had = below.outputBuffer.count
      guard let progress = call(stage, below, { try $0.encode(&outputBuffer, into: &below.outputBuffer) }) else { return true }
      let isIdle = outputBuffer.count == have && below.outputBuffer.count == had
      if !isIdle { hasMoved = true }
      if isFinishing, outputBuffer.isEmpty, progress == .ended || progress == .needsMore || (progress == .moved && isIdle) {
        flags.insert(.outputFinished)
        below.flags.insert(.finishing)
        hasMoved = true
        break
      }
      if progress != .moved { break }
      if isIdle {
        fail(StreamError(.noProgress, direction: .write, filter: stage.name, place: place))
        break
      }
    }
    if outputBuffer.count < before {
      sent()
    } else if flags.contains(.hasTiming) {
      timingChanged()
    }
    if flags.contains(.outputFinished), flags.contains(.closing) { completeClose() }
    return hasMoved
  }

  /// Calls a filter with everything it may touch marked as in use, and does what it asked for. nil where it failed.
  @inline(__always) func call(_ stage: Stage, _ below: BufferEvent, _ body: (Stage) throws -> Progress) -> Progress? {
    let outer = flags.intersection(.held)
    let outerBelow = below.flags.intersection(.held)
    flags.formUnion(.held)
    below.flags.formUnion(.held)
    if stage.usesTime { stage.context.now = base.now }
    let progress: Progress?
    do {
      progress = try body(stage)
    } catch {
      release(outer, below, outerBelow)
      serve(stage, below)
      fail(StreamError(.filter(error), filter: stage.name, place: place))
      return nil
    }
    release(outer, below, outerBelow)
    if stage.context.hasRequests || !stage.context.reply.isEmpty { serve(stage, below) }
    return progress
  }

  @inline(__always) private func release(_ outer: EventFlags, _ below: BufferEvent, _ outerBelow: EventFlags) {
    flags = flags.subtracting(.held).union(outer)
    below.flags = below.flags.subtracting(.held).union(outerBelow)
  }

  /// Does what a filter asked for in a call.
  private func serve(_ stage: Stage, _ below: BufferEvent) {
    if !stage.context.reply.isEmpty {
      below.outputBuffer.moveAll(of: &stage.context.reply)
      below.pushDown()
    }
    let requests = stage.context.takeRequests()
    for event in requests.announcements { announce(event) }
    if requests.wake { schedule(.wakeStage) }
    if let time = requests.time { armWake(at: time) }
  }

  private func armWake(at time: EventBase.Instant) {
    let extras = makeExtras()
    if extras.wakeTimer == nil {
      let link = Unmanaged.passUnretained(self)
      // Cancelled by the event's deinit, so the link is never followed when that is gone.
      extras.wakeTimer = LoopTimer(base: base) { link._withUnsafeGuaranteedRef { $0.schedule(.wakeStage) } }
    }
    extras.wakeTimer?.arm(at: time)
  }

  /// Wakes the filter as it asked, and then lets both of its directions go on.
  func wakeFilter() {
    flags.remove(.wakeStage)
    guard let stage, let lower, !flags.intersects([.failed, .closed]) else { return }
    stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        stage.context.limit = below.writeHigh &- below.outputBuffer.count
        stage.context.mode = flags.contains(.finishing) ? .finished : .normal
        _ = call(stage, below) {
          try $0.wake()
          return .moved
        }
      }
    }
    flags.formUnion([.pumpUp, .pumpDown])
  }

  /// The place of this layer in its stack, counted from the wire, where 0 stands on no other.
  var place: Int {
    var place = 0
    var next = lower
    while let event = next {
      place += 1
      next = event._withUnsafeGuaranteedRef { $0.lower }
    }
    return place
  }
}
