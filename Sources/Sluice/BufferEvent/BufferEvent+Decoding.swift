extension BufferEvent {
  /// Carries what came up through this layer's filter and those above it, as far as their marks allow.
  func pumpUp() {
    // A filter may let go of the stack it is part of; the top keeps all that it stands on.
    withExtendedLifetime(top) {
      var current = Unmanaged.passUnretained(self)
      while true {
        let next = current._withUnsafeGuaranteedRef { event -> Unmanaged<BufferEvent>? in
          event.decode(.normal) ? event.upper : nil
        }
        guard let next else { return }
        current = next
      }
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
      lower._withUnsafeGuaranteedRef { below in decode(mode, stage, below) }
    }
  }

  @inline(__always) private func decode(_ mode: FlushMode, _ stage: Stage, _ below: BufferEvent) -> Bool {
    let before = inputBuffer.count
    let held = below.inputBuffer.count
    var isForced = mode == .flush
    while true {
      let have = below.inputBuffer.count
      let isEnding = below.flags.contains(.inputEnded)
      guard have > 0 || isEnding || isForced else { break }
      let room = readHigh &- inputBuffer.count
      guard !flags.intersects(.receiveBlocked), room > 0, !below.flags.contains(.inputBusy) else {
        flags.insert(.inputAwaited)
        if below.flags.contains(.inputBusy) { below.flags.insert(.inputAwaited) }
        break
      }
      isForced = false
      stage.context.limit = room
      stage.context.mode = isEnding ? .finished : mode
      let had = inputBuffer.count
      guard let progress = call(stage, below, { try $0.decode(&below.inputBuffer, into: &inputBuffer) }) else { break }
      let isIdle = below.inputBuffer.count == have && inputBuffer.count == had
      if progress == .ended || (isEnding && below.inputBuffer.isEmpty && (progress == .needsMore || isIdle && progress == .moved)) {
        endDecoding()
        break
      }
      if progress == .needsMore, isEnding {
        fail(StreamError(.truncated, direction: .read, filter: stage.name, place: place))
        break
      }
      if progress != .moved { break }
      if isIdle {
        fail(StreamError(.noProgress, direction: .read, filter: stage.name, place: place))
        break
      }
    }
    return decoded(from: before, below, held)
  }

  /// The filter's side of the end: what stands in the input is all there will be.
  private func endDecoding() {
    flags.insert(.inputEnded)
    timingChanged()
    guard upper == nil else { return }
    if flags.contains(.readOwed) { announceRead() }
    announce(.endOfInput)
  }

  /// Tells the layers on both sides what a round of decoding changed. True where the layer above is to go on.
  @inline(__always) private func decoded(from before: Int, _ below: BufferEvent, _ held: Int) -> Bool {
    let removed = held &- below.inputBuffer.count
    if removed > 0 { below.inputShrank(by: removed) }
    // A closing stack reads on where its end depends on what comes (a handshake), and keeps nothing of it.
    if flags.contains(.closing) {
      inputBuffer.drain()
      pushDown()
      return false
    }
    let hasNew = inputBuffer.count > before
    if hasNew, flags.contains(.hasTiming) { progressed(.read) }
    if upper != nil { return hasNew || flags.contains(.inputEnded) }
    if hasNew { announceRead() }
    return false
  }
}
