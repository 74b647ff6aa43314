// What happens to one end because of the other, or because of a layer.
extension BufferEvent {
  /// Ends both directions with an error, which the top of the stack is told once.
  func fail(_ error: StreamError) {
    guard !flags.intersects([.failed, .closed]) else { return }
    let top = self.top
    let wasTold = top.flags.contains(.failed)
    markFailed(error)
    if top.flags.contains(.closing) { return top.completeClose() }
    if wasTold { return }
    if top.flags.contains(.readOwed) { top.announceRead() }
    top.tell(.error(error))
    // Where nobody will hear of it, the loop lets go, behind what is read before.
    if top.isKeptByCallbacks, top.eventBox == nil { base.defer { [weak top] in top?.keepByCallbacks() } }
  }

  /// The input ends here with an error. The layers above decode what came before, and then end in the same way: the error
  /// comes to the top behind the bytes that came before it. Where the input of one has ended, nothing comes up any more; and
  /// that writing failed does not wait until somebody reads again.
  func broke(_ error: StreamError) {
    guard let upper = upper?.takeUnretainedValue(), !isInputEndedAbove, !top.flags.contains(.closing),
      error.direction != .write || !upper.isReadingStoppedAbove
    else { return fail(error) }
    guard !flags.intersects([.failed, .closed]) else { return }
    markLayerFailed(error)
    upper.schedule(.pumpUp)
  }

  private var isInputEndedAbove: Bool {
    var next = upper?.takeUnretainedValue()
    while let event = next {
      if event.flags.contains(.inputEnded) { return true }
      next = event.upper?.takeUnretainedValue()
    }
    return false
  }

  /// The input has ended here: an error of a layer below, which was to come behind its bytes, comes now.
  func failWithLayersBelow() {
    var event = self
    while let below = event.underlying {
      if let failure = below.failure { return event.fail(failure) }
      event = below
    }
  }

  private func markFailed(_ error: StreamError) {
    var next: BufferEvent? = self
    while let event = next {
      event.markLayerFailed(error)
      next = event.upper?.takeUnretainedValue()
    }
  }

  private func markLayerFailed(_ error: StreamError) {
    flags.insert(.failed)
    makeExtras().failure = error
    extras?.wakeTimer?.cancel()
    emptyOutput()
    timingChanged()
    if let follower = extras?.follower { base.queue.append(follower) }
  }

  /// The other half threw everything away.
  func reset() {
    flags.insert(.peerClosed)
    broke(StreamError(.reset, direction: .both))
  }

  /// The other half was freed without a word: nobody is told, and writes are refused from the top of the stack on.
  func lostPartner() {
    markAbove(.unlinked)
    completeClosing()
  }

  /// The other half took its last byte from here. What waits on its way is lost, and that is told; what will be written is
  /// refused.
  func peerStoppedReading(isKnown: Bool = false) {
    let lost = markAbove(.peerClosed)
    if isKnown || lost > 0 { announceEndOfOutput() }
    completeClosing()
  }

  /// Tells once that nothing more is taken: a filter may end before the other end does, and what it held be lost behind both.
  private func announceEndOfOutput() {
    let extras = top.makeExtras()
    guard !extras.isEndOfOutputTold else { return }
    extras.isEndOfOutputTold = true
    announce(.endOfOutput)
  }

  /// Throws away what a filter gave of what it had held inside itself, after the other end closed.
  func dropWhatNobodyTakes(_ below: BufferEvent) {
    guard below.flags.intersects([.peerClosed, .unlinked]), below.emptyOutput() > 0 else { return }
    if below.flags.contains(.peerClosed) { announceEndOfOutput() }
  }

  /// The other half is gone, after it sent everything.
  func partnerClosed() {
    markAbove(.peerClosed)
    inputFinished()
    completeClosing()
  }

  /// What a stack that is closing waited for will not come to be.
  private func completeClosing() {
    let top = self.top
    if top.flags.contains(.closing) { top.completeClose() }
  }

  /// Sets `flag` on this event and on all above it, drops their output, and says how much that was.
  @discardableResult
  private func markAbove(_ flag: EventFlags) -> Int {
    var lost = 0
    var next: BufferEvent? = self
    while let event = next {
      event.flags.insert(flag)
      lost += event.emptyOutput()
      event.timingChanged()
      next = event.upper?.takeUnretainedValue()
    }
    return lost
  }

  /// The error that ended the stream, if one did.
  public var failure: StreamError? { extras?.failure }

  /// Whether the end of the input was reached: nothing will join what is in `input`.
  public var isInputEnded: Bool { flags.contains(.inputEnded) }

  /// Whether `close()`, `abort()` or `free()` was called.
  public var isClosed: Bool { flags.intersects([.closing, .closed]) }

  /// The last reference is gone: closes as `close()` does. Called by the deinit, so what has to go on is handed to an heir.
  func dropped() {
    guard !flags.contains(.closed) else { return }
    if stage != nil || flags.contains(.hasTransport) || (partnerLink != nil && !outputBuffer.isEmpty)
      || flags.contains(.filesPending)
    {
      bequeath()
    } else if let peer = partner {
      // Unlinked first, so that nothing finds the way back to this event, which is as good as gone.
      partnerLink = nil
      peer.partnerLink = nil
      peer.peerStoppedReading()
      peer.partnerClosed()
    }
  }

  /// Hands the rest of the work to a new event in this one's place, which the loop keeps until it is done.
  private func bequeath() {
    let heir = BufferEvent(base: base)
    heir.flags = flags.intersection([
      .finishing, .outputFinished, .inputEnded, .failed, .peerClosed, .unlinked, .hasTransport, .keepsLower,
      .filesPending,
    ])
    heir.outputBuffer.append(&outputBuffer)
    (heir.stage, heir.lower, heir.partnerLink) = (stage, lower, partnerLink)
    (stage, lower, partnerLink) = (nil, nil, nil)
    let link = Unmanaged.passUnretained(heir)
    heir.lower?._withUnsafeGuaranteedRef { $0.upper = link }
    heir.partnerLink?._withUnsafeGuaranteedRef { $0.partnerLink = link }
    heir.transport = transport
    if let files = extras?.files { heir.makeExtras().files = files }
    if let waker = extras?.waker {
      heir.makeExtras().waker = waker
      waker.event = link
    }
    if let failure { heir.makeExtras().failure = failure }
    // A base that has ended sends nothing more.
    if base.isShutDown { heir.abort() } else { heir.close() }
    if heir.flags.contains(.filesPending) { heir.schedule(.pumpDown) }
    guard heir.stage != nil, !heir.flags.contains(.closed) else { return }
    if let time = extras?.wakeTime { heir.armWake(at: time) }
    heir.schedule(flags.intersection(.wakeStage).union(.pumpUp))
  }
}
