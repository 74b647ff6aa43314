extension BufferEvent {
  /// The bytes that came and were not read yet. libevent: `bufferevent_get_input`.
  ///
  /// Draining it below the read high mark brings what waits below; the bytes of the other half of a pair are here when the
  /// access ends, and the read callback tells of them later. Changing it while a call further up changes it already is a
  /// programming error that traps. After the end of input and after errors, what came before is still here; `close()`
  /// empties it.
  public var input: EventBuffer {
    _read {
      beginInputRead()
      defer { endInputRead() }
      yield inputBuffer
    }
    _modify {
      precondition(!flags.intersects(.inputHeld), Self.inputInUse)
      flags.insert(.inputBusy)
      defer { endInputAccess() }
      yield &inputBuffer
    }
  }

  /// The bytes that were written and have not left yet. libevent: `bufferevent_get_output`.
  ///
  /// What is appended here goes its way when the access ends, as if it were written; on an event that refuses writes it is
  /// dropped again.
  public var output: EventBuffer {
    _read {
      beginOutputRead()
      defer { endOutputRead() }
      yield outputBuffer
    }
    _modify {
      precondition(!flags.intersects(.outputHeld), Self.outputInUse)
      let isRefused = flags.intersects(.writeRefused)
      flags.insert(.outputBusy)
      let before = outputBuffer.count
      defer { endOutputAccess(from: before, isRefused) }
      yield &outputBuffer
    }
  }

  /// The number of bytes in `input`. O(1), and cheaper than `input.count`, which begins and ends an access.
  public var inputCount: Int { inputBuffer.count }

  /// The number of bytes in `output`. O(1), and cheaper than `output.count`.
  public var outputCount: Int { outputBuffer.count }

  /// Moves up to `target.count` bytes from the input into `target`. O(n), one copy. libevent: `bufferevent_read`.
  ///
  /// - Returns: the number of bytes written to `target`.
  @discardableResult
  public func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    precondition(!flags.intersects(.inputHeld), Self.inputInUse)
    if inputBuffer.watchers != nil { return input.read(into: target) }
    let count = inputBuffer.read(into: target)
    if count > 0 { inputShrank() }
    return count
  }

  /// Moves all of the input to the end of `target`. O(1). libevent: `bufferevent_read_buffer`.
  public func read(into target: inout EventBuffer) {
    target.append(&input)
  }

  // Readers may nest; who changes the buffer must be alone.
  @inline(__always) private func beginInputRead() {
    precondition(!flags.intersects(.inputHeld) || inputReaders > 0, Self.inputInUse)
    inputReaders &+= 1
    flags.insert(.inputBusy)
  }

  @inline(__always) private func endInputRead() {
    inputReaders &-= 1
    if inputReaders == 0 { endInputAccess() }
  }

  @inline(__always) private func beginOutputRead() {
    precondition(!flags.intersects(.outputHeld) || outputReaders > 0, Self.outputInUse)
    outputReaders &+= 1
    flags.insert(.outputBusy)
  }

  /// What was held back while somebody looked at the output goes on.
  private func endOutputRead() {
    outputReaders &-= 1
    guard outputReaders == 0 else { return }
    flags.remove(.outputBusy)
    if flags.intersects([.closed, .failed, .peerClosed, .unlinked]) { emptyOutput() }
    if flags.contains(.hasTiming) { timingChanged() }
    pushDown()
    tellWriterAbove()
  }

  // Whether anything was taken is not asked: to look whether something waits costs no more.
  @inline(__always) private func endInputAccess() {
    flags.remove(.inputBusy)
    inputShrank()
  }

  private func endOutputAccess(from before: Int, _ isRefused: Bool) {
    flags.remove(.outputBusy)
    if flags.intersects([.closed, .failed, .peerClosed, .unlinked]) {
      emptyOutput()
    } else if isRefused, outputBuffer.count > before {
      dropOutput(behind: before)
    }
    pushDown()
    queued(from: before)
    tellWriterAbove()
  }

  /// Throws the output away, unless somebody holds it: then that happens when it is given back.
  ///
  /// - Returns: the number of bytes.
  @discardableResult
  func emptyOutput() -> Int {
    guard !flags.intersects(.outputHeld) else { return 0 }
    // Watchers are called from here.
    flags.insert(.outputBusy)
    defer { flags.remove(.outputBusy) }
    return outputBuffer.drain()
  }

  /// Throws the input away; where somebody holds it, when that ends.
  func giveBackInput() {
    guard !flags.intersects(.inputHeld) else { return flags.formUnion(.inputAwaited) }
    flags.insert(.inputBusy)
    inputBuffer.drain()
    flags.remove(.inputBusy)
  }

  /// Undoes appends to an event that takes no writes.
  private func dropOutput(behind length: Int) {
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
    } else if flags.intersects([.inputAwaited, .hasTransport]) {
      inputWasAwaited()
    }
  }

  /// Whether bytes may wait in the output. What somebody holds must not be looked at where that is checked; elsewhere the look
  /// does no harm, since `pushToWire` asks who holds it.
  @inline(__always) private var mayHaveOutput: Bool {
    #if DEBUG
      if flags.intersects(.outputHeld) { return false }
    #endif
    return !outputBuffer.isEmpty
  }

  private func inputWasAwaited() {
    flags.remove(.inputAwaited)
    if flags.contains(.closed) {
      giveBackInput()
    } else if stage != nil {
      schedule(.pumpUp)
    } else {
      wireReadingChanged()
    }
  }

  private static var inputInUse: String { "input is in use: end the access that runs before starting another" }
  private static var outputInUse: String { "output is in use: end the access that runs before starting another" }
}
