extension BufferEvent {
  /// Sends a copy of `bytes`, behind everything written before. O(n). libevent: `bufferevent_write`.
  ///
  /// Bytes that can move at once have moved when this returns: on a pair they are in the other half's input. Any amount is
  /// taken; the outcome tells how much room is left below the write high mark, and the write callback tells when to go on.
  /// After `finish()`, `close()` and errors it is refused. Nobody is called back from inside.
  @discardableResult
  @inline(__always) public func write(_ bytes: UnsafeRawBufferPointer) -> WriteOutcome { writeBytes(bytes) }

  /// Sends a copy of the bytes of `span`, as `write(_:)` does with a pointer.
  @discardableResult
  public func write(_ span: RawSpan) -> WriteOutcome { span.withUnsafeBytes { writeBytes($0) } }

  /// Sends a copy of an array, as `write(_:)` does with a pointer.
  @discardableResult
  public func write(_ bytes: [UInt8]) -> WriteOutcome { bytes.withUnsafeBytes { writeBytes($0) } }

  /// Sends the UTF-8 of `string`, as `write(_:)` does with a pointer.
  @discardableResult
  public func write(_ string: String) -> WriteOutcome {
    var string = string
    return string.withUTF8 { writeBytes(UnsafeRawBufferPointer($0)) }
  }

  /// Sends all of `buffer`, and leaves it empty; where writing is refused it keeps its bytes. O(1), no byte is copied.
  /// `peer.write(&peer.input)` echoes. libevent: `bufferevent_write_buffer`.
  @discardableResult
  public func write(_ buffer: inout EventBuffer) -> WriteOutcome {
    if flags.intersects(.writeRefused) { return writeBehindFiles { $0.append(&buffer) } }
    if outputBuffer.watchers != nil { return writeWatched { $0.append(&buffer) } }
    let before = outputBuffer.count
    outputBuffer.moveAll(of: &buffer)
    pushDown()
    return .accepted(room: queued(from: before))
  }

  private func writeBytes(_ bytes: UnsafeRawBufferPointer) -> WriteOutcome {
    if flags.intersects(.writeRefused) { return writeBehindFiles { $0.append(bytes) } }
    if outputBuffer.watchers != nil { return writeWatched { $0.append(bytes) } }
    if let partnerLink, outputBuffer.isEmpty, !flags.intersects(.sendBlocked), stage == nil {
      let isThrough = partnerLink._withUnsafeGuaranteedRef { $0.take(bytes) }
      if isThrough {
        sent()
        return .accepted(room: writeHigh)
      }
    }
    let before = outputBuffer.count
    if let stage, bytes.count >= Self.turn, before == 0,
      stage._withUnsafeGuaranteedRef({ $0.traits.contains(.onlyReadsSource) })
    {
      return writeLent(bytes)
    }
    outputBuffer.appendBytes(bytes)
    pushDown()
    return .accepted(room: queued(from: before))
  }

  /// Writes to a filter that only reads what it encodes: it gets the caller's own bytes, and what it leaves is copied.
  @inline(never) private func writeLent(_ bytes: UnsafeRawBufferPointer) -> WriteOutcome {
    guard let start = bytes.baseAddress else { return .accepted(room: writeRoom) }
    var segment = Segment.lent(start, count: bytes.count)
    withUnsafeMutablePointer(to: &segment) { segment in
      outputBuffer.appendLent(segment)
      pushDown()
      outputBuffer.keepLent()
    }
    let room = queued(from: 0)
    return .accepted(room: takesAnother(bytes.count) ? room : min(room, 0))
  }

  /// Whether a write like the last one would go through at once. Where not, it costs nothing to wait, and a copy not to.
  private func takesAnother(_ count: Int) -> Bool {
    guard let lower, outputBuffer.isEmpty else { return false }
    return lower._withUnsafeGuaranteedRef { $0.writeHigh &- $0.outputBuffer.count >= count }
  }

  /// Writes where watchers are called from inside, who may do anything to this event but use its output.
  @inline(never) private func writeWatched(_ append: (inout EventBuffer) -> Void) -> WriteOutcome {
    append(&output)
    return .accepted(room: writeRoom)
  }

  /// Copies bytes that the other half writes straight into the input, where all of them fit below the high mark.
  @inline(__always) private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard !flags.intersects(.receiveBlocked), bytes.count <= readHigh &- inputBuffer.count else { return false }
    guard inputBuffer.watchers == nil else { return false }
    guard bytes.count > 0 else { return true }
    inputBuffer.appendBytes(bytes)
    arrived()
    return true
  }

  /// Bytes joined the output, which held `before`, and what can has left: keeps the promise of the high mark, and starts the
  /// write timeout.
  ///
  /// - Returns: the room that is left below the high mark.
  @discardableResult
  @inline(__always) func queued(from before: Int) -> Int {
    let room = writeHigh &- outputBuffer.count
    if room < 0, before <= writeHigh, markPasses < .max { markPasses += 1 }
    if flags.contains(.hasTiming) { timingChanged() }
    return room
  }

  /// Why `write` refuses.
  var refusal: WriteOutcome.Refusal {
    if flags.intersects([.closing, .closed]) { return .closed }
    if flags.contains(.finishing) || extras?.files?.endsBehind == true { return .finished }
    if flags.contains(.failed) { return .failed }
    if flags.contains(.peerClosed) { return .peerClosed }
    if flags.contains(.unlinked) { return .unlinked }
    return flags.contains(.underneath) ? .underneath : .busy
  }
}
