extension BufferEvent {
  /// Carries what was written down through the filters, as far as the marks below allow, and onto the wire.
  @inline(__always) func pushDown() {
    if stage == nil { pushToWire() } else { pushThroughFilters() }
  }

  /// The loop's round is over for this event: what its filter gathers leaves, too.
  func pushDownAll() {
    guard let stage, stage._withUnsafeGuaranteedRef({ $0.traits.contains(.gathersWrites) }) else { return pushDown() }
    let kept = stage.takeUnretainedValue()
    kept.context.mayLeaveMore = false
    pushDown()
    kept.context.mayLeaveMore = true
  }

  /// Whether a filter that likes to get more at once is to wait for it: then the event gets its turn behind what is due now.
  @inline(__always) private func isGathering(_ count: Int, _ stage: Stage) -> Bool {
    guard stage.context.mayLeaveMore, count > 0, count < Self.turn else { return false }
    schedule(.pumpDown)
    return true
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
    let goesOn = stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        // The flags first: the buffers may be in somebody's hands.
        guard !flags.intersects(Self.encodeIsUnusual), !below.flags.intersects(Self.belowIsClosed),
          stage.state.isEmpty
        else { return encode(.normal) }
        let have = outputBuffer.count
        let had = below.outputBuffer.count
        let room = below.writeHigh &- had
        guard have > 0, room > 0 else { return encode(.normal) }
        if stage.traits.intersects([.usesTime, .gathersWrites]) {
          if isGathering(have, stage) { return false }
          if stage.traits.contains(.usesTime) { stage.context.now = base.now }
        }
        stage.context.limit = room
        hold(below)
        do {
          let progress = try stage.encode(&outputBuffer, into: &below.outputBuffer)
          letGo(below)
          if outputBuffer.isEmpty, progress == .moved, !stage.context.hasAsked, below.outputBuffer.count &- had < room {
            sent()
            return true
          }
          return encodeOn(.normal, after: progress, have, had)
        } catch {
          letGo(below)
          serve(stage, below)
          failed(error, .write, stage, below)
          return false
        }
      }
    }
    return goesOn ? lower : nil
  }

  private static let encodeIsUnusual = EventFlags.sendBlocked.union([.finishing, .hasTiming])
  private static let belowIsClosed: EventFlags = [.outputBusy, .stageBusy, .outputFinished, .failed]

  /// Has this layer's filter encode what waits, into the output of the layer below. True where that has something new.
  ///
  /// In `.flush` mode the filter is called even with nothing to encode, so that it gives what it holds back, and the mark of
  /// the layer below does not limit it.
  func encode(_ mode: FlushMode) -> Bool { encodeOn(mode, after: nil, 0, 0) }

  /// Goes on after a call that came to `progress`, or starts; `have` and `had` are the counts before that call.
  private func encodeOn(_ mode: FlushMode, after progress: FilterProgress?, _ have: Int, _ had: Int) -> Bool {
    guard let stage = stage?.takeUnretainedValue(), let below = underlying else { return false }
    guard !flags.intersects(.sendBlocked) else { return encodeLater(self) }
    if below.flags.intersects(Self.belowIsClosed) { return encodeLater(below) }
    let isOwed = mode != .normal || flags.contains(.finishing) || stage.state.contains(.owesEncode)
    if progress == nil, !isOwed, isGathering(outputBuffer.count, stage) { return false }
    let before = progress == nil ? outputBuffer.count : have
    let beforeBelow = progress == nil ? below.outputBuffer.count : had
    hold(below)
    let error = encodeLoop(mode, after: progress, have, had, stage, below)
    letGo(below)
    dropWhatNobodyTakes(below)
    if let error {
      failed(error, .write, stage, below)
      return false
    }
    if stage.state.contains(.decodeBlocked), outputBuffer.count < before || below.outputBuffer.count > beforeBelow {
      stage.goOn()
      schedule(.pumpUp)
    }
    if outputBuffer.count < before {
      sent()
    } else if flags.contains(.hasTiming) {
      timingChanged()
    }
    if flags.contains(.outputFinished) { return outputWasFinished(below) }
    if stage.context.mayLeaveMore, !outputBuffer.isEmpty { schedule(.pumpDown) }
    return below.outputBuffer.count != beforeBelow
  }

  private func encodeLoop(
    _ mode: FlushMode, after first: FilterProgress?, _ have: Int, _ had: Int, _ stage: Stage, _ below: BufferEvent
  ) -> (any Error)? {
    var isForced = mode == .flush || stage.state.contains(.owesEncode)
    stage.state.remove(.owesEncode)
    defer { stage.context.mode = .normal }
    do {
      if let first {
        guard try goesOnEncoding(first, have, had, stage, below) else { return nil }
        isForced = below.outputBuffer.count &- had >= stage.context.limit
      }
      while try encodeOnce(mode, &isForced, stage, below) {}
      return nil
    } catch {
      serve(stage, below)
      return error
    }
  }

  /// One call, where there is something for it. Whether another may follow.
  private func encodeOnce(
    _ mode: FlushMode, _ isForced: inout Bool, _ stage: Stage, _ below: BufferEvent
  ) throws -> Bool {
    let isFinishing = flags.contains(.finishing)
    let have = outputBuffer.count
    guard have > 0 || isFinishing || isForced else { return false }
    let had = below.outputBuffer.count
    let room = mode == .flush ? Int.max : below.writeHigh &- had
    guard room > 0 else {
      if isForced { awaitRoom(stage, below) }
      return false
    }
    stage.context.limit = room
    stage.context.mode = isFinishing ? .finished : mode
    stage.context.isClosing = flags.contains(.closing)
    if stage.traits.contains(.usesTime) { stage.context.now = base.now }
    let wasFull = stage.state.contains(.encodeFull)
    stage.state.subtract([.encodeBlocked, .encodeWaits, .encodeFull])
    let progress = try stage.encode(&outputBuffer, into: &below.outputBuffer)
    // What filled its room may have more to give, with nothing left to take.
    isForced = below.outputBuffer.count &- had >= room
    return try goesOnEncoding(progress, have, had, stage, below, wasFull: wasFull)
  }

  /// Does what the filter asked for, and says whether it is to be called again.
  private func goesOnEncoding(
    _ progress: FilterProgress, _ have: Int, _ had: Int, _ stage: Stage, _ below: BufferEvent, wasFull: Bool = false
  ) throws -> Bool {
    let isIdle = outputBuffer.count == have && below.outputBuffer.count == had
    if stage.context.hasAsked { serve(stage, below) }
    if progress == .blocked {
      stage.state.insert(.encodeBlocked)
      return false
    }
    let isFinishing = flags.contains(.finishing)
    if progress == .ended || (isFinishing && outputBuffer.isEmpty && (progress != .moved || isIdle)) {
      flags.insert(.outputFinished)
      return false
    }
    guard progress == .moved || isFinishing else {
      try waitsForOutput(stage, below, wasFull: wasFull)
      return false
    }
    if isIdle { throw StreamError.Reason.noProgress }
    return true
  }

  /// Encoding has to wait: for a filter that is running it goes on from the loop, for all else somebody tells.
  private func encodeLater(_ busy: BufferEvent) -> Bool {
    busy.outputIsBlocked()
    if busy.flags.contains(.stageBusy) { schedule(.pumpDown) }
    return false
  }

  /// The filter is to be called, even with nothing to encode, when the layer below has room.
  private func awaitRoom(_ stage: Stage, _ below: BufferEvent) {
    stage.state.insert(.owesEncode)
    below.flags.insert(.watchedAbove)
  }

  /// Bytes left the layer below: goes on where this one's filter waits for that.
  func belowSent() {
    guard let stage else { return }
    stage._withUnsafeGuaranteedRef { stage in
      if stage.state.contains(.owesEncode) { schedule(.pumpDown) }
      if stage.state.contains(.drowning) { schedule(.pumpUp) }
    }
  }

  /// Marks the buffers that a filter is about to get as in use: of both layers, since `underlying` is in reach.
  @inline(__always) func hold(_ below: BufferEvent) {
    flags.insert(.stageBusy)
    below.flags.insert(.stageBusy)
  }

  @inline(__always) func letGo(_ below: BufferEvent) {
    flags.remove(.stageBusy)
    below.flags.remove(.stageBusy)
  }

  /// The trailers are in the layer below: the end follows them.
  private func outputWasFinished(_ below: BufferEvent) -> Bool {
    timingChanged()
    guard flags.contains(.closing) else {
      below.flags.insert(.finishing)
      // Where the filter ended by itself, nothing of the application's follows, and what waits is lost.
      if !flags.contains(.finishing) || !outputBuffer.isEmpty { peerStoppedReading(isKnown: true) }
      return true
    }
    if !flags.contains(.keepsLower) { below.flags.insert(.finishing) }
    completeClose()
    return false
  }

  /// A filter threw: ends the stack, with the filter's last words ahead.
  func failed(_ error: any Error, _ direction: Directions, _ stage: Stage, _ below: BufferEvent) {
    below.pushDown()
    if let passed = error as? StreamError { return broke(passed) }
    let reason = error as? StreamError.Reason
    let failure = StreamError(reason ?? .filter(error), direction: direction, filter: stage.name, place: place)
    if direction == .read { broke(failure) } else { fail(failure) }
    if stage.context.resetsWire { below.abort() }
  }

  /// Does what a filter asked for in a call. What it replied is sent by the caller, once the buffers are free again.
  func serve(_ stage: Stage, _ below: BufferEvent) {
    if below.flags.intersects([.peerClosed, .unlinked, .outputFinished, .closed, .failed]) {
      stage.context.reply.drain()
    } else if stage.context.reply.count > 0 {
      below.outputBuffer.append(&stage.context.reply)
      if below.outputBuffer.count >= below.writeHigh {
        stage.state.insert(.drowning)
        below.flags.insert(.watchedAbove)
      }
    }
    guard stage.context.hasRequest else { return }
    let requests = stage.context.takeRequests()
    guard !flags.contains(.closed) else { return }
    if let waker = stage.context.madeWaker {
      makeExtras().waker = waker
      waker.event = Unmanaged.passUnretained(self)
    }
    holdsChanged(stage, below)
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
