extension BufferEvent {
  /// Ends this end's writing, behind all that was written: filters add their trailers, and the other end sees the end of its
  /// input. Reading goes on. Further writes are refused; finishing again does nothing. Finishing an event that a filter
  /// stands on finishes the whole stack, from its top. libevent has no such call (#795).
  public func finish() {
    if let upper { return upper.takeUnretainedValue().finish() }
    guard !flags.intersects([.finishing, .closing, .closed, .failed]) else { return }
    endOutput()
    pushDown()
  }

  /// The end follows what waits now, files included.
  func endOutput() {
    if let files = extras?.files { files.endsBehind = true } else { flags.insert(.finishing) }
  }

  /// Ends both directions in order: what was written drains through every layer, then the end follows, then everything is
  /// given back. What comes meanwhile is thrown away, and no callback is made from now on.
  ///
  /// The loop keeps what is needed alive until the other end took everything; give a limit where it might never do so.
  /// Closing an event that a filter stands on closes the whole stack, from its top. Closing again does nothing.
  ///
  /// - Parameter limit: after this time, what is left is thrown away as by `abort()`.
  public func close(within limit: Duration? = nil) {
    if let upper { return upper.takeUnretainedValue().close(within: limit) }
    closeLayer(by: limit.map { base.now.advanced(by: $0) })
  }

  private func closeLayer(by deadline: EventBase.Instant?) {
    guard !flags.intersects([.closing, .closed]) else { return }
    dropCallbacks()
    linger(until: deadline)
    flags.insert(.closing)
    endOutput()
    openForClosing()
    giveBackInput()
    timingChangedDownwards()
    if flags.intersects([.failed, .peerClosed, .unlinked]) { return completeClose() }
    if stage != nil { schedule(.pumpUp) } else { wireReadingChanged() }
    if stage == nil, let peer = partner { peer.peerStoppedReading() }
    if flags.contains(.outputFinished) { completeClose() } else { pushDown() }
  }

  /// What waits is to leave, so nothing holds it back any more; nor what comes, which filters may have to get for that, and
  /// which the other end may want to be rid of before it takes anything.
  private func openForClosing() {
    var next: BufferEvent? = self
    while let event = next {
      if event.flags.intersects([.writeDisabled, .writeSuspended]) {
        event.flags.subtract([.writeDisabled, .writeSuspended])
        event.writeReasons = []
        event.schedule(.pumpDown)
      }
      // The other half is told that nothing more is taken here.
      if event !== self || event.partnerLink == nil { event.openReadingForClosing() }
      next = event.flags.contains(.keepsLower) ? nil : event.underlying
    }
  }

  private func timingChangedDownwards() {
    var next: BufferEvent? = self
    while let event = next {
      event.timingChanged()
      next = event.underlying
    }
  }

  /// Lets reading go on but for what ends by itself: what a filter above holds back, and a connection that is being made.
  private func openReadingForClosing() {
    guard flags.intersects([.readDisabled, .readSuspended]) else { return }
    let held = upper?.takeUnretainedValue().stage?.takeUnretainedValue().readHold ?? []
    readReasons.formIntersection(held.union(.connecting))
    flags.remove(.readDisabled)
    guard readReasons.isEmpty else { return }
    flags.remove(.readSuspended)
    readingResumed()
  }

  /// Throws away what waits in both directions, in every layer, and lets the other end see a reset. No callback is made from
  /// now on. Aborting an event that a filter stands on makes the stack above fail. A Unix socket knows no reset of its own: its
  /// other end sees one only where bytes were left unread here, and else an end.
  public func abort() {
    guard !flags.contains(.closed) else { return }
    dropCallbacks()
    if let upper { upper.takeUnretainedValue().fail(StreamError(.reset, direction: .both)) }
    let peer = partner
    let below = underlying
    let transport = self.transport
    let kept = end()
    peer?.reset()
    below?.abort()
    transport?.abort(self)
    withExtendedLifetime(kept) {}
  }

  /// Lets go without a word, as libevent's `bufferevent_free` does: the other half of a pair stays, gets no event, and has its
  /// writes refused. Waiting output is lost, in every layer. `close()` is what applications want.
  public func free() {
    guard !flags.contains(.closed) else { return }
    dropCallbacks()
    if upper != nil { lostPartner() }
    let peer = partner
    let below = underlying
    let isKept = flags.contains(.keepsLower)
    let transport = self.transport
    let kept = end()
    peer?.lostPartner()
    if isKept { below?.surface() } else { below?.free() }
    transport?.close(self)
    withExtendedLifetime(kept) {}
  }

  /// Everything that was to be sent has left: lets go of what this stands on. The last thing that happens to the event.
  func completeClose() {
    guard !flags.contains(.closed) else { return }
    let peer = partner
    let below = underlying
    let transport = self.transport
    let isOrderly = flags.contains(.outputFinished)
    let hasFailed = flags.contains(.failed)
    let isReset = hasFailed && stage?._withUnsafeGuaranteedRef { $0.context.resetsWire } == true
    let isKept = flags.contains(.keepsLower)
    let deadline = extras?.closeDeadline
    let kept = end()
    defer { withExtendedLifetime(kept) {} }
    // What failed on its way out was not all there was to be: the other end sees no orderly end.
    if hasFailed, !isOrderly {
      peer?.reset()
      transport?.abort(self)
    } else {
      peer?.partnerClosed()
      transport?.close(self)
    }
    guard let below else { return }
    // Where data could not be sent for want of time, the other end is not to take that for an end. A filter that failed may have
    // last words in the layer below, an alert; they leave first, and an end follows them.
    if isKept {
      below.surface()
    } else if !isReset, isOrderly || below.flags.intersects([.peerClosed, .unlinked]) || hasFailed {
      below.closeLayer(by: deadline)
    } else {
      below.abort()
    }
  }

  /// The filter that stood here is gone: this event's bytes are its user's again, and what happened is told here.
  private func surface() {
    timingChangedDownwards()
    pushDown()
    announceRead()
    if flags.contains(.inputEnded) { announce(.endOfInput) }
  }

  /// Nothing moves any more: takes the event out of its stack or pair, and gives its memory back. What it returns may be the
  /// last that keeps the event alive.
  private func end() -> AnyObject? {
    flags.formUnion([.closing, .closed])
    letGoOfLower()
    partnerLink?._withUnsafeGuaranteedRef { $0.partnerLink = nil }
    partnerLink = nil
    giveBackInput()
    emptyOutput()
    cancelTimers()
    transport = nil
    flags.remove(.hasTransport)
    if let follower = extras?.follower { base.queue.append(follower) }
    return leaveLoop()
  }

  private func linger(until deadline: EventBase.Instant?) {
    keepByLoop()
    guard let deadline else { return }
    let link = Unmanaged.passUnretained(self)
    // Cancelled by the event's end, so the link is never followed when that is gone.
    let timer = LoopTimer(base: base) { link.takeUnretainedValue().abort() }
    makeExtras().lingerTimer = timer
    makeExtras().closeDeadline = deadline
    timer.arm(at: deadline)
  }

  /// Has the loop hold a reference until the event ends.
  func keepByLoop() {
    guard !flags.contains(.lingering) else { return }
    flags.insert(.lingering)
    base.lingering[ObjectIdentifier(self)] = self
  }

  /// What it returns may be the last that keeps the event alive.
  @discardableResult
  func leaveLoop() -> AnyObject? {
    guard flags.contains(.lingering) else { return nil }
    flags.remove(.lingering)
    return base.stopLingering(self)
  }
}
