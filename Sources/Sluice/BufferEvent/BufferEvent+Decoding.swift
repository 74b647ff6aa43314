extension BufferEvent {
  /// Carries what came up through this layer's filter and those above it, as far as their marks allow.
  func pumpUp() {
    guard upper != nil else {
      _ = decode(.normal)
      return
    }
    // A filter may let go of the stack it is part of; the top keeps all that it stands on.
    withExtendedLifetime(top) {
      var current = Unmanaged.passUnretained(self)
      while let next = current._withUnsafeGuaranteedRef({ $0.decode(.normal) ? $0.upper : nil }) { current = next }
    }
  }

  /// The event that stands on all others of this stack: where the application reads and writes.
  var top: BufferEvent {
    var top = Unmanaged.passUnretained(self)
    while let above = top._withUnsafeGuaranteedRef({ $0.upper }) { top = above }
    return top.takeUnretainedValue()
  }

  /// Has this layer's filter decode what the layer below holds. True where the layer above has something new.
  func decode(_ mode: FlushMode) -> Bool {
    flags.remove(.pumpUp)
    guard let stage, let lower else { return false }
    return stage._withUnsafeGuaranteedRef { stage in
      lower._withUnsafeGuaranteedRef { below in
        guard !flags.intersects(.receiveBlocked), !below.flags.intersects(.inputHeld), !isDrowned(stage, below) else {
          return decodeLater(below)
        }
        let before = inputBuffer.count
        let waited = below.inputBuffer.count
        let sent = below.outputBuffer.count
        hold(below)
        let error = decodeLoop(mode, stage, below)
        letGo(below)
        if below.outputBuffer.count != sent { below.pushDown() }
        if let error { failed(error, .read, stage, below) }
        if stage.memory.contains(.encodeBlocked), inputBuffer.count > before || below.inputBuffer.count < waited {
          stage.goOn()
          schedule(.pumpDown)
        }
        return decoded(from: before, below)
      }
    }
  }

  @inline(__always) private func decodeLoop(_ mode: FlushMode, _ stage: Stage, _ below: BufferEvent) -> (any Error)? {
    var isForced = stage.takes(.owesDecode) || mode == .flush
    while true {
      let have = below.inputBuffer.count
      let isEnding = below.flags.contains(.inputEnded)
      guard have > 0 || isEnding || isForced else { return below.flags.contains(.failed) ? below.failure : nil }
      let had = inputBuffer.count
      let room = readHigh &- had
      guard room > 0 else {
        flags.insert(.inputAwaited)
        if isForced { stage.memory.insert(.owesDecode) }
        return nil
      }
      stage.context.limit = room
      stage.context.mode = isEnding ? .finished : mode
      if stage.usesTime { stage.context.now = base.now }
      let progress: Progress
      do {
        progress = try stage.decode(&below.inputBuffer, into: &inputBuffer)
      } catch {
        serve(stage, below)
        return error
      }
      if stage.context.hasAsked {
        serve(stage, below)
        if stage.memory.contains(.drowning) { return nil }
      }
      let left = below.inputBuffer.count
      let isIdle = left == have && inputBuffer.count == had
      if progress == .moved, !isIdle {
        // What filled its room may have more to give, with nothing left to take.
        isForced = inputBuffer.count &- had >= room
        continue
      }
      if progress == .needsMore, left == 0, !isEnding, !below.flags.contains(.failed) { return nil }
      return stopped(progress, stage, below)
    }
  }

  /// Why the filter goes no further, where that is not for want of bytes alone.
  private func stopped(_ progress: Progress, _ stage: Stage, _ below: BufferEvent) -> (any Error)? {
    let left = below.inputBuffer.count
    let isEnding = below.flags.contains(.inputEnded)
    if progress == .blocked {
      stage.memory.insert(.decodeBlocked)
      flags.insert(.inputAwaited)
      let isWakeDue = flags.contains(.wakeStage) || extras?.wakeTime != nil
      return below.flags.contains(.failed) && !isWakeDue ? below.failure : nil
    }
    if below.flags.contains(.failed) { return below.failure }
    if progress == .ended || (isEnding && left == 0) {
      endDecoding()
      return nil
    }
    if progress == .moved { return StreamError.Reason.noProgress }
    if isEnding { return StreamError.Reason.truncated }
    return left >= below.readHigh ? StreamError.Reason.inputFull : nil
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
    guard stage.memory.contains(.drowning) else { return false }
    if below.outputBuffer.count >= below.writeHigh { return true }
    stage.memory.remove(.drowning)
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
