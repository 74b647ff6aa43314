extension BufferEvent {
  func runStage() {
    if flags.contains(.wakeStage) { wakeFilter() }
    if flags.contains(.pumpDown) {
      flags.remove(.pumpDown)
      pushDownAll()
      moveFiles()
      // What the layer above holds back goes on in a turn of its own.
      tellWriterAbove()
    }
    if flags.contains(.pumpUp) {
      stage?._withUnsafeGuaranteedRef { $0.decodesOn = false }
      pumpUp()
    }
  }

  /// Goes on with a filter that had more to give, now that what it gave was taken on; for a while, so that others get their
  /// turn.
  func goOnDecoding() {
    var turns = 15
    while isDecodingOn, turns > 0, !base.stopRequested {
      base.queue.remove(self)
      runStage()
      runDueCallbacks()
      turns &-= 1
    }
    lower?._withUnsafeGuaranteedRef { $0.inputShrank() }
  }

  /// Makes the callbacks that are due now, in place of the turn that they may have been queued for.
  @inline(__always) func runDueCallbacks() {
    guard flags.intersects(.callbackDue) else { return }
    if isQueued, !flags.intersects(.stageDue) { base.queue.remove(self) }
    runCallbacks()
  }

  @inline(__always) private func runCallbacks() {
    if flags.contains(.connectedPending), let box = eventBox {
      flags.remove(.connectedPending)
      box._withUnsafeGuaranteedRef { $0.body(self, .connected) }
    }
    if flags.intersects([.readOwed, .readTriggered]) { deliverRead() }
    if flags.intersects([.writeOwed, .writeTriggered]) { deliverWrite() }
    if flags.contains(.eventsPending) { deliverEvents() }
  }

  @inline(__always) private func deliverRead() {
    guard let box = readBox else { return }
    guard flags.contains(.readTriggered) || isReadDue else { return }
    flags.subtract([.readOwed, .readTriggered])
    box._withUnsafeGuaranteedRef { $0.body(self) }
  }

  @inline(__always) private func deliverWrite() {
    guard let box = writeBox else { return }
    guard flags.contains(.writeTriggered) || isWriteDue else { return }
    flags.subtract([.writeOwed, .writeTriggered])
    box._withUnsafeGuaranteedRef { $0.body(self) }
  }

  private func deliverEvents() {
    while let box = eventBox, let event = takeEvent() {
      // Who was told of it writes no more.
      if flags.contains(.failed), case .error = event { flags.remove(.writeOwed) }
      box._withUnsafeGuaranteedRef { $0.body(self, event) }
      if isKeptByCallbacks, case .error = event { leaveLoop() }
    }
  }

  /// Takes the first event off that may be told now. The end of the input waits for reading to go on, as its last bytes do;
  /// what comes behind it does not, and an error is the last there is to tell.
  private func takeEvent() -> StreamEvent? {
    guard let extras else { return nil }
    // A callback that drained the input has brought what waited below, and the end behind it: those bytes come first.
    if flags.contains(.readOwed), flags.intersects([.inputEnded, .failed]), readBox != nil, isReadDue {
      base.queue.append(self)
      return nil
    }
    let isHeld = flags.intersects([.readDisabled, .readSuspended])
    if isHeld, flags.contains(.failed) { extras.pendingEvents.removeAll { $0.isEndOfInput } }
    let index = extras.pendingEvents.firstIndex { !isHeld || !$0.isEndOfInput }
    let event = index.map { extras.pendingEvents.remove(at: $0) }
    if extras.pendingEvents.isEmpty { flags.remove(.eventsPending) }
    return event
  }

  /// Whether the read callback is to be called for the bytes it was not told of.
  @inline(__always) private var isReadDue: Bool {
    guard !flags.intersects([.readDisabled, .readSuspended, .inputBusy, .stageBusy]) else { return false }
    let count = inputBuffer.count
    guard count > 0 else { return false }
    return count >= readLow || count >= readHigh || flags.intersects([.inputEnded, .failed])
  }

  /// Whether the write callback is to be called for the bytes that left.
  @inline(__always) var isWriteDue: Bool {
    outputBuffer.count <= writeLow && !flags.contains(.filesPending)
  }

  /// Queues the read callback where one is due.
  @inline(__always) func announceRead() {
    flags.insert(.readOwed)
    // An input that is in use now is looked at when the loop comes to it.
    if readBox != nil, isReadDue || flags.intersects(.inputHeld) { base.queue.append(self) }
  }

  /// Queues the read callback for what nobody was told of, where the state of the event changed so that it may be due.
  func announceOwedRead() {
    guard flags.contains(.readOwed), readBox != nil else { return }
    // Whether it is due shows when the loop comes to it, and nobody holds the input.
    if flags.intersects(.inputHeld) { base.queue.append(self) } else { announceRead() }
  }

  /// Queues the write callback where one is due.
  @inline(__always) func announceWrite() {
    guard writeBox != nil else { return }
    flags.insert(.writeOwed)
    if isWriteDue { base.queue.append(self) }
  }

  /// Passes on what a layer below announced. Where a handshake is made here, only that says when the stack is connected.
  func announceFromBelow(_ event: StreamEvent) {
    if case .connected = event, stage?._withUnsafeGuaranteedRef({ $0.traits.contains(.hasHandshake) }) == true {
      return
    }
    announce(event)
  }

  /// Queues an event behind those that wait, for the top of the stack that this is part of, unless that has failed: nothing is
  /// told behind an error.
  func announce(_ event: StreamEvent) {
    if let upper { return upper._withUnsafeGuaranteedRef { $0.announceFromBelow(event) } }
    if !flags.contains(.failed) { tell(event) }
  }

  /// Queues an event for this layer's own callback, whatever happened before.
  func tell(_ event: StreamEvent) {
    guard !flags.intersects([.closing, .closed]) else { return }
    if case .connected = event { return schedule(.connectedPending) }
    makeExtras().pendingEvents.append(event)
    schedule(.eventsPending)
  }
}
