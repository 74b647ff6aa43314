extension BufferEvent {
  func runStage() {
    if flags.contains(.wakeStage) { wakeFilter() }
    if flags.contains(.pumpDown) {
      flags.remove(.pumpDown)
      pushDown()
      // What the layer above holds back goes on in a turn of its own.
      tellWriterAbove()
    }
    if flags.contains(.pumpUp) { pumpUp() }
  }

  @inline(__always) func runCallbacks() {
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
    guard flags.contains(.writeTriggered) || outputBuffer.count <= writeLow else { return }
    flags.subtract([.writeOwed, .writeTriggered])
    box._withUnsafeGuaranteedRef { $0.body(self) }
  }

  private func deliverEvents() {
    while let box = eventBox, let extras, !extras.pendingEvents.isEmpty {
      if case .endOfInput = extras.pendingEvents[0], flags.intersects([.readDisabled, .readSuspended]) { return }
      let event = extras.pendingEvents.removeFirst()
      if extras.pendingEvents.isEmpty { flags.remove(.eventsPending) }
      box._withUnsafeGuaranteedRef { $0.body(self, event) }
    }
  }

  /// Whether the read callback is to be called for the bytes it was not told of.
  @inline(__always) private var isReadDue: Bool {
    guard !flags.intersects([.readDisabled, .readSuspended, .inputBusy, .stageBusy]) else { return false }
    let count = inputBuffer.count
    guard count > 0 else { return false }
    return count >= readLow || count >= readHigh || flags.intersects([.inputEnded, .failed])
  }

  /// Queues the read callback where one is due.
  @inline(__always) func announceRead() {
    flags.insert(.readOwed)
    // An input that is in use now is looked at when the loop comes to it.
    if readBox != nil, isReadDue || flags.intersects(.inputHeld) { base.queue.append(self) }
  }

  /// Queues the write callback where one is due.
  @inline(__always) func announceWrite() {
    guard writeBox != nil else { return }
    flags.insert(.writeOwed)
    if outputBuffer.count <= writeLow { base.queue.append(self) }
  }

  /// Queues an event behind those that wait, for the top of the stack that this is part of.
  func announce(_ event: StreamEvent) {
    if let upper { return upper._withUnsafeGuaranteedRef { $0.announce(event) } }
    guard !flags.intersects([.closing, .closed]) else { return }
    if case .connected = event { return schedule(.connectedPending) }
    makeExtras().pendingEvents.append(event)
    schedule(.eventsPending)
  }
}
