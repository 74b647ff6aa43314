// What happens when somebody gives a buffer back, or wants one that somebody holds.
extension BufferEvent {
  // Readers may nest; who changes the buffer must be alone.
  @inline(__always) func beginInputRead() {
    precondition(!flags.intersects(.inputHeld) || inputReaders > 0, Self.inputInUse)
    inputReaders &+= 1
    flags.insert(.inputBusy)
  }

  @inline(__always) func endInputRead() {
    inputReaders &-= 1
    if inputReaders == 0 { endInputAccess() }
  }

  @inline(__always) func beginOutputRead() {
    precondition(!flags.intersects(.outputHeld) || outputReaders > 0, Self.outputInUse)
    outputReaders &+= 1
    flags.insert(.outputBusy)
  }

  // Whether anything was taken is not asked: to look whether something waits costs no more.
  @inline(__always) func endInputAccess() {
    flags.remove(.inputBusy)
    inputShrank()
  }

  func endOutputAccess(from before: Int, _ isRefused: Bool) {
    flags.remove(.outputBusy)
    if flags.intersects([.closed, .failed, .peerClosed, .unlinked]) {
      emptyOutput()
    } else if isRefused, outputBuffer.count > before {
      takeBack(from: before)
    }
    isOutputAwaited = false
    if flags.contains(.filesPending) { schedule(.pumpDown) }
    tellWriterAbove()
    pushDown()
    queued(from: before)
  }

  /// What was held back while somebody looked at the output goes on.
  func endOutputRead() {
    outputReaders &-= 1
    guard outputReaders == 0 else { return }
    flags.remove(.outputBusy)
    if flags.intersects([.closed, .failed, .peerClosed, .unlinked]) { emptyOutput() }
    if flags.contains(.hasTiming) { timingChanged() }
    if flags.contains(.filesPending) { schedule(.pumpDown) }
    guard isOutputAwaited else { return }
    isOutputAwaited = false
    tellWriterAbove()
    pushDown()
  }

  /// The output cannot move now; where that is because somebody holds it, it moves when it is given back.
  @inline(never) func outputIsBlocked() {
    if flags.intersects(.outputHeld) { isOutputAwaited = true }
  }

  /// Throws the output away, unless somebody holds it: then that happens when it is given back.
  ///
  /// - Returns: the number of bytes.
  @discardableResult
  func emptyOutput() -> Int {
    guard !flags.intersects(.outputHeld) else { return 0 }
    // What is thrown away has not left: no writer is told to go on for that.
    if !isWriteDue { flags.remove(.writeOwed) }
    // Watchers are called from here.
    flags.insert(.outputBusy)
    let lost = outputBuffer.drain()
    flags.remove(.outputBusy)
    if lost > 0 { makeExtras().lostOutput += lost }
    if flags.contains(.filesPending) { dropFiles() }
    return lost
  }

  /// Throws the input away; where somebody holds it, when that ends.
  func giveBackInput() {
    guard !flags.intersects(.inputHeld) else { return flags.formUnion(.inputAwaited) }
    flags.insert(.inputBusy)
    inputBuffer.drain()
    flags.remove(.inputBusy)
  }

  /// Undoes appends to an event that takes no writes, or puts them behind the files that wait.
  private func takeBack(from length: Int) {
    let isBehind = flags.intersection(.writeRefused) == .filesPending && extras?.files?.endsBehind == false
    if isBehind { return moveBehindFiles(from: length) }
    var kept = EventBuffer(pool: base.pool)
    kept.append(upTo: length, from: &outputBuffer)
    outputBuffer.drain()
    outputBuffer.append(&kept)
  }

  /// The input may have room again: brings what waits below. Never calls the user.
  @inline(__always) func inputShrank() {
    if flags.contains(.hasTiming) { timingChanged() }
    if let partnerLink {
      partnerLink._withUnsafeGuaranteedRef { if $0.mayHaveOutput { $0.pushToWire() } }
    } else if flags.contains(.inputAwaited) {
      inputWasAwaited()
    }
  }

  /// Whether bytes may wait in the output. What somebody holds must not be looked at where that is checked; elsewhere the look
  /// does no harm, since `pushToWire` asks who holds it.
  @inline(__always) private var mayHaveOutput: Bool {
    #if DEBUG
      if flags.intersects(.outputHeld) {
        outputIsBlocked()
        return false
      }
    #endif
    return !outputBuffer.isEmpty
  }

  private func inputWasAwaited() {
    flags.remove(.inputAwaited)
    if flags.contains(.closing) { giveBackInput() }
    if stage != nil {
      schedule(.pumpUp)
    } else {
      wireReadingChanged()
    }
  }
}
