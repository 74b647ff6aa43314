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
    guard !flags.intersects(.sendBlocked) else {
      outputIsBlocked()
      return false
    }
    return stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        if below.flags.intersects([.outputBusy, .stageBusy, .outputFinished, .failed]) {
          below.outputIsBlocked()
          return false
        }
        let before = outputBuffer.count
        let had = below.outputBuffer.count
        hold(below)
        let error = encodeLoop(mode, stage, below)
        letGo(below)
        if let error { failed(error, .write, stage, below) }
        if outputBuffer.count < before {
          sent()
        } else if flags.contains(.hasTiming) {
          timingChanged()
        }
        if flags.contains(.outputFinished) { return outputWasFinished(below) }
        return below.outputBuffer.count != had
      }
    }
  }

  @inline(__always) private func encodeLoop(_ mode: FlushMode, _ stage: Stage, _ below: BufferEvent) -> (any Error)? {
    let isFinishing = flags.contains(.finishing)
    var isForced = mode == .flush
    while true {
      let have = outputBuffer.count
      guard have > 0 || isFinishing || isForced else { return nil }
      let had = below.outputBuffer.count
      let room = mode == .flush ? Int.max : below.writeHigh &- had
      guard room > 0 else { return nil }
      isForced = false
      stage.context.limit = room
      stage.context.mode = isFinishing ? .finished : mode
      if stage.usesTime { stage.context.now = base.now }
      let progress: Progress
      do {
        progress = try stage.encode(&outputBuffer, into: &below.outputBuffer)
      } catch {
        serve(stage, below)
        return error
      }
      if stage.context.hasAsked { serve(stage, below) }
      let isIdle = outputBuffer.count == have && below.outputBuffer.count == had
      if isFinishing, outputBuffer.isEmpty, progress != .blocked, progress != .moved || isIdle {
        flags.insert(.outputFinished)
        return nil
      }
      if progress != .moved { return nil }
      if isIdle { return StreamError.Reason.noProgress }
    }
  }

  /// Marks the buffers that a filter is about to get as in use. Those of the layers in between are out of everybody's reach.
  @inline(__always) func hold(_ below: BufferEvent) {
    flags.insert(.stageBusy)
    if below.stage == nil { below.flags.insert(.stageBusy) }
  }

  @inline(__always) func letGo(_ below: BufferEvent) {
    flags.remove(.stageBusy)
    if below.stage == nil { below.flags.remove(.stageBusy) }
  }

  /// The trailers are in the layer below: the end follows them.
  private func outputWasFinished(_ below: BufferEvent) -> Bool {
    timingChanged()
    below.flags.insert(.finishing)
    guard flags.contains(.closing) else { return true }
    completeClose()
    return false
  }

  /// A filter threw: ends the stack, with the filter's last words ahead.
  func failed(_ error: any Error, _ direction: Directions, _ stage: Stage, _ below: BufferEvent) {
    below.pushDown()
    let reason = error as? StreamError.Reason
    fail(StreamError(reason ?? .filter(error), direction: direction, filter: stage.name, place: place))
  }

  /// Does what a filter asked for in a call. What it replied is sent by the caller, once the buffers are free again.
  func serve(_ stage: Stage, _ below: BufferEvent) {
    if below.flags.intersects([.peerClosed, .unlinked, .outputFinished, .failed]) {
      stage.context.reply.drain()
    } else {
      below.outputBuffer.append(&stage.context.reply)
    }
    let requests = stage.context.takeRequests()
    for event in requests.announcements { announce(event) }
    if requests.wake { schedule(.wakeStage) }
    if let time = requests.time { armWake(at: time) }
  }

  func armWake(at time: EventBase.Instant) {
    let extras = makeExtras()
    extras.wakeTime = time
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
    guard !flags.intersects([.failed, .closed, .stageBusy]) else { return }
    callStage { try $0.wake() }
    flags.formUnion([.pumpUp, .pumpDown])
  }

  /// Calls a filter aside from bytes, and sends what it has to say.
  func callStage(_ body: (Stage) throws -> Void) {
    guard let stage, let lower else { return }
    stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        stage.context.limit = max(below.writeHigh &- below.outputBuffer.count, 0)
        stage.context.mode = flags.contains(.finishing) ? .finished : .normal
        if stage.usesTime { stage.context.now = base.now }
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
