extension BufferEvent {
  /// The bytes that came and were not read yet. libevent: `bufferevent_get_input`.
  ///
  /// Draining it below the read high mark brings what waits below; the bytes of the other half of a pair are here when the
  /// access ends, and the read callback tells of them later. Changing it while a call further up changes it already is a
  /// programming error that traps. After the end of input and after errors, what came before is still here; `close()`
  /// empties it.
  public var input: EventBuffer {
    _read {
      let isNested = flags.contains(.inputBusy)
      precondition((!isNested || flags.contains(.inputShared)) && !flags.contains(.stageBusy), Self.inputInUse)
      flags.formUnion([.inputBusy, .inputShared])
      defer { if !isNested { endInputAccess() } }
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
      let isNested = flags.contains(.outputBusy)
      precondition(!flags.contains(.stageBusy), Self.outputInUse)
      flags.insert(.outputBusy)
      defer {
        if !isNested {
          flags.remove(.outputBusy)
          tellWriterAbove()
        }
      }
      yield outputBuffer
    }
    _modify {
      precondition(!flags.intersects(.outputHeld), Self.outputInUse)
      flags.insert(.outputBusy)
      let before = outputBuffer.count
      defer { endOutputAccess(from: before) }
      yield &outputBuffer
    }
  }

  /// Moves up to `target.count` bytes from the input into `target`. O(n), one copy. libevent: `bufferevent_read`.
  ///
  /// - Returns: the number of bytes written to `target`.
  @discardableResult
  public func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    precondition(!flags.intersects(.inputHeld), Self.inputInUse)
    let count = inputBuffer.read(into: target)
    if count > 0 { inputShrank() }
    return count
  }

  /// Moves all of the input to the end of `target`. O(1). libevent: `bufferevent_read_buffer`.
  public func read(into target: inout EventBuffer) {
    precondition(!flags.intersects(.inputHeld), Self.inputInUse)
    let count = inputBuffer.count
    target.append(&inputBuffer)
    if count > 0 { inputShrank() }
  }

  // Whether anything was taken is not asked: to look whether something waits costs no more.
  @inline(__always) private func endInputAccess() {
    flags.subtract([.inputBusy, .inputShared])
    inputShrank()
  }

  private func endOutputAccess(from before: Int) {
    flags.remove(.outputBusy)
    if outputBuffer.count > before, flags.intersects(.writeRefused) { dropOutput(behind: before) }
    queued(from: before)
    pushDown()
    tellWriterAbove()
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
      partnerLink._withUnsafeGuaranteedRef {
        if !$0.flags.intersects(.sendBlocked), !$0.outputBuffer.isEmpty { $0.pushToWire() }
      }
    } else if flags.intersects([.inputAwaited, .hasTransport]) {
      inputWasAwaited()
    }
  }

  private func inputWasAwaited() {
    flags.remove(.inputAwaited)
    if stage != nil { schedule(.pumpUp) } else { wireReadingChanged() }
  }

  private static var inputInUse: String { "input is in use: end the access that runs before starting another" }
  private static var outputInUse: String { "output is in use: end the access that runs before starting another" }
}
