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
  @inline(__always) private func decodeStep() -> Unmanaged<BufferEvent>? {
    guard let stage, let lower else { return nil }
    let goesOn = stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        let have = below.inputBuffer.count
        let had = inputBuffer.count
        let room = readHigh &- had
        guard have > 0, room > 0, !flags.intersects(Self.decodeIsUnusual), !below.flags.intersects(Self.belowIsUnusual)
        else { return decode(.normal) }
        if stage.usesTime { stage.context.now = base.now }
        flags.remove(.pumpUp)
        stage.context.limit = room
        hold(below)
        do {
          let progress = try stage.decode(&below.inputBuffer, into: &inputBuffer)
          letGo(below)
          if below.inputBuffer.isEmpty, progress == .moved, inputBuffer.count > had, !stage.context.hasAsked {
            if below.stage == nil || below.flags.contains(.inputAwaited) { below.inputShrank() }
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
  private static let belowIsUnusual: EventFlags = [.inputBusy, .stageBusy, .inputEnded]

  /// Has this layer's filter decode what the layer below holds. True where the layer above has something new.
  func decode(_ mode: FlushMode) -> Bool {
    flags.remove(.pumpUp)
    return decodeOn(mode, after: nil, 0, inputBuffer.count)
  }

  /// Goes on after a call that came to `progress`, or starts; `have` and `had` are the counts before that call.
  private func decodeOn(_ mode: FlushMode, after progress: Progress?, _ have: Int, _ had: Int) -> Bool {
    guard let stage, let below = underlying else { return false }
    let mayDecode = stage._withUnsafeGuaranteedRef { !flags.intersects(decodeIsBlocked($0)) }
    guard mayDecode, !below.flags.intersects(.inputHeld) else {
      flags.insert(.inputAwaited)
      return false
    }
    let sent = below.outputBuffer.count
    hold(below)
    let error = stage._withUnsafeGuaranteedRef { stage in
      if let progress {
        do {
          if try !goesOnDecoding(progress, have, had, stage, below) { return nil as (any Error)? }
        } catch {
          return error
        }
      }
      return decodeLoop(mode, stage, below)
    }
    letGo(below)
    if below.outputBuffer.count != sent { below.pushDown() }
    if let error { stage._withUnsafeGuaranteedRef { failed(error, .read, $0, below) } }
    return decoded(from: had, below)
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

  private func decodeLoop(_ mode: FlushMode, _ stage: Stage, _ below: BufferEvent) -> (any Error)? {
    var isForced = mode == .flush
    defer { stage.context.mode = .normal }
    while true {
      let have = below.inputBuffer.count
      let isEnding = below.flags.contains(.inputEnded)
      guard have > 0 || isEnding || isForced else { return nil }
      let had = inputBuffer.count
      let room = readHigh &- had
      guard room > 0 else {
        flags.insert(.inputAwaited)
        return nil
      }
      // A filter that needed input of its own may need it no more.
      if flags.intersects([.readDisabled, .readSuspended]), !stage.context.needsInput {
        flags.insert(.inputAwaited)
        return nil
      }
      isForced = false
      stage.context.limit = room
      stage.context.mode = isEnding ? .finished : mode
      if stage.usesTime { stage.context.now = base.now }
      do {
        let progress = try stage.decode(&below.inputBuffer, into: &inputBuffer)
        if try !goesOnDecoding(progress, have, had, stage, below) { return nil }
      } catch {
        serve(stage, below)
        return error
      }
    }
  }

  /// Does what the filter asked for, and says whether it is to be called again.
  private func goesOnDecoding(
    _ progress: Progress, _ have: Int, _ had: Int, _ stage: Stage, _ below: BufferEvent
  ) throws -> Bool {
    let hasAsked = stage.context.hasAsked
    if hasAsked { serve(stage, below) }
    let isEnding = below.flags.contains(.inputEnded)
    let left = below.inputBuffer.count
    let isIdle = left == have && inputBuffer.count == had
    if progress == .moved, !isIdle { return true }
    if progress == .blocked { return false }
    if progress == .ended || (isEnding && left == 0) {
      endDecoding()
      return false
    }
    if progress == .moved { throw StreamError.Reason.noProgress }
    if isEnding { throw StreamError.Reason.truncated }
    return false
  }

  /// The filter's side of the end: what stands in the input is all there will be.
  private func endDecoding() {
    flags.insert(.inputEnded)
    timingChanged()
    guard upper == nil else { return }
    if inputBuffer.count > 0 { announceRead() }
    announce(.endOfInput)
  }

  /// Tells the layers on both sides what a round of decoding changed. True where the layer above is to go on.
  @inline(__always) private func decoded(from before: Int, _ below: BufferEvent) -> Bool {
    below.inputShrank()
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
