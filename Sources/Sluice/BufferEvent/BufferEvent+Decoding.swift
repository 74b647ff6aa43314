extension BufferEvent {
  /// Carries what came up through this layer's filter and those above it, as far as their marks allow, and makes the
  /// callbacks of the event on top. Called from the loop only.
  func pumpUp() {
    guard upper != nil else {
      _ = decodeStep()
      return
    }
    // A filter may let go of the stack it is part of; the top keeps all that it stands on.
    let top = self.top
    var current = Unmanaged.passUnretained(self)
    while let next = current._withUnsafeGuaranteedRef({ $0.decodeStep() }) { current = next }
    if top.isQueued { top.runDueCallbacks() }
  }

  /// The event that stands on all others of this stack: where the application reads and writes.
  var top: BufferEvent {
    var top = Unmanaged.passUnretained(self)
    while let above = top._withUnsafeGuaranteedRef({ $0.upper }) { top = above }
    return top.takeUnretainedValue()
  }

  /// One layer's turn. Gives the layer above where that has to go on.
  ///
  /// The usual case, one call that takes all there is, stands here by itself: each hop of each message goes through it.
  @inline(__always) func decodeStep() -> Unmanaged<BufferEvent>? {
    guard let stage, let lower else { return nil }
    let goesOn = stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        // The flags first: the buffers may be in somebody's hands.
        guard !flags.intersects(Self.decodeIsUnusual), !below.flags.intersects(Self.belowIsUnusual),
          stage.state.isEmpty
        else { return decode(.normal) }
        let have = below.inputBuffer.count
        let had = inputBuffer.count
        let room = readHigh &- had
        guard have > 0, room > 0 else { return decode(.normal) }
        if stage.traits.contains(.usesTime) { stage.context.now = base.now }
        flags.remove(.pumpUp)
        stage.context.limit = room
        hold(below)
        do {
          let progress = try stage.decode(&below.inputBuffer, into: &inputBuffer)
          letGo(below)
          let got = inputBuffer.count &- had
          if below.inputBuffer.isEmpty, progress == .moved, got > 0, got < room, !stage.context.hasAsked {
            if below.stage == nil || below.flags.contains(.inputAwaited) { below.inputShrank() }
            if upper == nil { announceRead() }
            return true
          }
          if got >= Self.turn, progress == .moved, got < room, !stage.context.hasAsked {
            goOnLater(stage)
            if upper == nil { announceRead() }
            return true
          }
          return decodeOn(.normal, after: progress, have, had)
        } catch {
          letGo(below)
          return decodeFailed(error, had, stage, below)
        }
      }
    }
    return goesOn ? upper : nil
  }

  private static let decodeIsUnusual = EventFlags.receiveBlocked.union([.closing, .hasTiming])
  private static let belowIsUnusual: EventFlags = [.inputBusy, .stageBusy, .inputEnded, .failed]

  /// Has this layer's filter decode what the layer below holds. True where the layer above has something new.
  func decode(_ mode: FlushMode) -> Bool {
    flags.remove(.pumpUp)
    return decodeOn(mode, after: nil, 0, 0)
  }

  /// Goes on after a call that came to `progress`, or starts; `have` and `had` are the counts before that call.
  private func decodeOn(_ mode: FlushMode, after progress: FilterProgress?, _ have: Int, _ had: Int) -> Bool {
    guard let stage = stage?.takeUnretainedValue(), let below = underlying else { return false }
    let isBlocked = flags.intersects(decodeIsBlocked(stage)) || below.flags.intersects(.inputHeld)
    guard !isBlocked, !isDrowned(stage, below) else {
      return decodeLater(below)
    }
    let waited = progress == nil ? below.inputBuffer.count : have
    let before = progress == nil ? inputBuffer.count : had
    let sent = below.outputBuffer.count
    hold(below)
    let error = decodeLoop(mode, after: progress, have, before, stage, below)
    letGo(below)
    if below.outputBuffer.count != sent { below.pushDown() }
    if let error { failed(error, .read, stage, below) }
    if flags.contains(.inputEnded) { failWithLayersBelow() }
    if stage.state.contains(.encodeBlocked), inputBuffer.count > before || below.inputBuffer.count < waited {
      stage.goOn()
      schedule(.pumpDown)
    }
    return decoded(from: before, below)
  }

  /// What keeps this layer's filter from decoding.
  private func decodeIsBlocked(_ stage: Stage) -> EventFlags {
    stage.context.needsInput ? .receiveBlocked.subtracting([.readDisabled, .readSuspended]) : .receiveBlocked
  }

  private func decodeFailed(_ error: any Error, _ had: Int, _ stage: Stage, _ below: BufferEvent) -> Bool {
    serve(stage, below)
    failed(error, .read, stage, below)
    return decoded(from: had, below)
  }

  private func decodeLoop(
    _ mode: FlushMode, after first: FilterProgress?, _ have: Int, _ had: Int, _ stage: Stage, _ below: BufferEvent
  ) -> (any Error)? {
    var isForced = mode == .flush || stage.state.contains(.owesDecode)
    stage.state.remove(.owesDecode)
    defer { stage.context.mode = .normal }
    do {
      var goesOn = true
      if let first {
        goesOn = try goesOnDecoding(first, have, had, stage, below)
        isForced = inputBuffer.count &- had >= stage.context.limit
      }
      while goesOn {
        if inputBuffer.count &- had >= Self.turn, mode == .normal {
          if isForced { stage.state.insert(.owesDecode) }
          goOnLater(stage)
          return nil
        }
        goesOn = try decodeOnce(mode, &isForced, stage, below)
      }
      return nil
    } catch {
      serve(stage, below)
      return error
    }
  }

  /// What a filter gives before the layers above and the read callback take it on: it is still in the processor's cache then,
  /// and the segments that they let go of are those that the filter gets next.
  static let turn = 16_384

  @inline(__always) private func goOnLater(_ stage: Stage) {
    stage.decodesOn = true
    schedule(.pumpUp)
  }

  /// Whether the filter gave a turn's worth, and has more.
  @inline(__always) var isDecodingOn: Bool { stage?._withUnsafeGuaranteedRef { $0.decodesOn } ?? false }

  /// One call, where there is something for it. Whether another may follow.
  private func decodeOnce(
    _ mode: FlushMode, _ isForced: inout Bool, _ stage: Stage, _ below: BufferEvent
  ) throws -> Bool {
    let have = below.inputBuffer.count
    let isEnding = below.flags.contains(.inputEnded)
    guard have > 0 || isEnding || isForced else {
      if below.flags.contains(.failed), let failure = below.failure, !isAwaitingWake(stage) { throw failure }
      return false
    }
    let had = inputBuffer.count
    let room = readHigh &- had
    guard room > 0 else {
      flags.insert(.inputAwaited)
      if isForced { stage.state.insert(.owesDecode) }
      return false
    }
    // A filter that needed input of its own may need it no more.
    if flags.intersects([.readDisabled, .readSuspended]), !stage.context.needsInput {
      flags.insert(.inputAwaited)
      return false
    }
    stage.context.limit = room
    stage.context.mode = isEnding ? .finished : mode
    if stage.traits.contains(.usesTime) { stage.context.now = base.now }
    stage.state.remove(.decodeBlocked)
    let progress = try stage.decode(&below.inputBuffer, into: &inputBuffer)
    // What filled its room may have more to give, with nothing left to take.
    isForced = inputBuffer.count &- had >= room
    return try goesOnDecoding(progress, have, had, stage, below)
  }

  /// Does what the filter asked for, and says whether it is to be called again.
  private func goesOnDecoding(
    _ progress: FilterProgress, _ have: Int, _ had: Int, _ stage: Stage, _ below: BufferEvent
  ) throws -> Bool {
    if stage.context.hasAsked {
      serve(stage, below)
      if stage.state.contains(.drowning) { return false }
    }
    let left = below.inputBuffer.count
    let isIdle = left == have && inputBuffer.count == had
    if progress == .moved, !isIdle { return true }
    if progress == .needsMore, left == 0, !below.flags.intersects([.inputEnded, .failed]) { return false }
    try stopped(progress, stage, below)
    return false
  }

  /// The filter goes no further, and not for want of bytes alone: throws where that ends the stream.
  private func stopped(_ progress: FilterProgress, _ stage: Stage, _ below: BufferEvent) throws {
    let left = below.inputBuffer.count
    let isEnding = below.flags.contains(.inputEnded)
    let failure = below.flags.contains(.failed) ? below.failure : nil
    if progress == .blocked {
      stage.state.insert(.decodeBlocked)
      flags.insert(.inputAwaited)
      if let failure, !isAwaitingWake(stage) { throw failure }
      return
    }
    if let failure { throw failure }
    if progress == .ended || (isEnding && left == 0) { return endDecoding() }
    if progress == .moved { throw StreamError.Reason.noProgress }
    if isEnding { throw StreamError.Reason.truncated }
    if left >= below.readHigh { throw StreamError.Reason.inputFull }
  }

  /// Whether the filter said that it goes on when it is woken, and will be: it may hold bytes inside itself, and what ended the
  /// layer below comes behind them.
  private func isAwaitingWake(_ stage: Stage) -> Bool {
    stage.state.contains(.decodeBlocked) && (flags.contains(.wakeStage) || extras?.wakeTime != nil)
  }

  /// Decoding has to wait: from the loop for what is running, else for room, or for being let go on.
  private func decodeLater(_ below: BufferEvent) -> Bool {
    if flags.contains(.stageBusy) || below.flags.intersects(.inputHeld) {
      schedule(.pumpUp)
    } else {
      flags.insert(.inputAwaited)
    }
    return false
  }

  /// Whether the filter's replies still fill the layer below.
  @inline(__always) private func isDrowned(_ stage: Stage, _ below: BufferEvent) -> Bool {
    guard stage.state.contains(.drowning) else { return false }
    if below.outputBuffer.count < below.writeHigh { stage.state.remove(.drowning) }
    return stage.state.contains(.drowning)
  }

  /// The filter's side of the end: what stands in the input is all there will be.
  private func endDecoding() {
    flags.insert(.inputEnded)
    timingChanged()
    guard upper == nil else { return }
    announceOwedRead()
    announce(.endOfInput)
  }

  /// Tells the layers on both sides what a round of decoding changed. True where the layer above is to go on.
  @inline(__always) private func decoded(from before: Int, _ below: BufferEvent) -> Bool {
    // What waits below that comes when the filter is through: in one go.
    if !isDecodingOn { below.inputShrank() }
    if flags.contains(.closing) {
      decodedWhileClosing()
      return false
    }
    let hasNew = inputBuffer.count > before
    if hasNew, flags.contains(.hasTiming) { progressed(.read) }
    if upper != nil { return hasNew || flags.contains(.inputEnded) }
    if hasNew { announceRead() }
    return false
  }

  /// A closing stack reads on where its end depends on what comes (a handshake), and keeps nothing of it.
  private func decodedWhileClosing() {
    inputBuffer.drain()
    pushDown()
  }
}
