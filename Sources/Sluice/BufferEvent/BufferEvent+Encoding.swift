extension BufferEvent {
  /// Carries what was written down through the filters, as far as the marks below allow, and onto the wire.
  @inline(__always) func pushDown() {
    if stage == nil { pushToWire() } else { pushThroughFilters() }
  }

  private func pushThroughFilters() {
    var current = Unmanaged.passUnretained(self)
    while let next = current._withUnsafeGuaranteedRef({ $0.encodeStep() }) { current = next }
  }

  /// One layer's turn. Gives the layer below where that has to go on.
  ///
  /// The usual case, one call that takes all there is, stands here by itself: each hop of each message goes through it.
  @inline(__always) private func encodeStep() -> Unmanaged<BufferEvent>? {
    guard let stage, let lower else {
      pushToWire()
      return nil
    }
    let isDone = stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        let have = outputBuffer.count
        let had = below.outputBuffer.count
        let room = below.writeHigh &- had
        guard have > 0, room > 0, !flags.intersects(Self.encodeIsUnusual), !below.flags.intersects(Self.belowIsClosed)
        else { return encode(.normal) }
        if stage.usesTime { stage.context.now = base.now }
        stage.context.limit = room
        hold(below)
        do {
          let progress = try stage.encode(&outputBuffer, into: &below.outputBuffer)
          letGo(below)
          if outputBuffer.isEmpty, progress == .moved, !stage.context.hasAsked {
            sent()
            return true
          }
          return encodeOn(.normal, after: progress, have, had)
        } catch {
          letGo(below)
          serve(stage, below)
          failed(error, .write, stage, below)
          return true
        }
      }
    }
    return isDone ? lower : nil
  }

  private static let encodeIsUnusual = EventFlags.sendBlocked.union([.finishing, .hasTiming])
  private static let belowIsClosed: EventFlags = [.outputBusy, .stageBusy, .outputFinished, .failed]

  /// Has this layer's filter encode what waits, into the output of the layer below. True where that has something new.
  ///
  /// In `.flush` mode the filter is called even with nothing to encode, so that it gives what it holds back, and the mark of
  /// the layer below does not limit it.
  func encode(_ mode: FlushMode) -> Bool { encodeOn(mode, after: nil, 0, 0) }

  /// Goes on after a call that came to `progress`, or starts; `have` and `had` are the counts before that call.
  private func encodeOn(_ mode: FlushMode, after progress: Progress?, _ have: Int, _ had: Int) -> Bool {
    guard let stage, let below = underlying, !flags.intersects(.sendBlocked) else { return false }
    if below.flags.intersects(Self.belowIsClosed) { return false }
    let before = progress == nil ? outputBuffer.count : have
    let beforeBelow = progress == nil ? below.outputBuffer.count : had
    hold(below)
    let error = stage._withUnsafeGuaranteedRef { stage in
      if let progress {
        do {
          if try !goesOnEncoding(progress, have, had, stage, below) { return nil as (any Error)? }
        } catch {
          return error
        }
      }
      return encodeLoop(mode, stage, below)
    }
    letGo(below)
    if let error { stage._withUnsafeGuaranteedRef { failed(error, .write, $0, below) } }
    if outputBuffer.count < before {
      sent()
    } else if flags.contains(.hasTiming) {
      timingChanged()
    }
    if flags.contains(.outputFinished) { return outputWasFinished(below) }
    return below.outputBuffer.count != beforeBelow
  }

  private func encodeLoop(_ mode: FlushMode, _ stage: Stage, _ below: BufferEvent) -> (any Error)? {
    let isFinishing = flags.contains(.finishing)
    var isForced = mode == .flush
    defer { stage.context.mode = .normal }
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
      do {
        let progress = try stage.encode(&outputBuffer, into: &below.outputBuffer)
        if try !goesOnEncoding(progress, have, had, stage, below) { return nil }
      } catch {
        serve(stage, below)
        return error
      }
    }
  }

  /// Does what the filter asked for, and says whether it is to be called again.
  private func goesOnEncoding(
    _ progress: Progress, _ have: Int, _ had: Int, _ stage: Stage, _ below: BufferEvent
  ) throws -> Bool {
    if stage.context.hasAsked { serve(stage, below) }
    let isIdle = outputBuffer.count == have && below.outputBuffer.count == had
    if flags.contains(.finishing), outputBuffer.isEmpty, progress != .blocked, progress != .moved || isIdle {
      flags.insert(.outputFinished)
      return false
    }
    if progress == .moved, isIdle { throw StreamError.Reason.noProgress }
    return progress == .moved
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
    guard stage.context.hasRequest else { return }
    if let waker = stage.context.madeWaker { waker.event = Unmanaged.passUnretained(self) }
    holdsChanged(stage, below)
    let requests = stage.context.takeRequests()
    for event in requests.announcements { announce(event) }
    if requests.wake { schedule(.wakeStage) }
    if let time = requests.time ?? requests.delay.map({ base.now.advanced(by: $0) }) { armWake(at: time) }
    if requests.cancelsWake { cancelWake() }
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
