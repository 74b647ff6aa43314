extension BufferEvent {
  /// Moves everything that can be moved now, in the named directions, through all layers. libevent: `bufferevent_flush`.
  ///
  /// Filters give what they hold back. On a pair, the marks and the enabled directions that would hold bytes back are ignored;
  /// the read marks of filters' events are kept, since what a filter makes of its input may be without bound.
  /// `.normal` and `.flush` do the same. `.finished` ends the direction too: writing as `finish()` does; reading means that no
  /// more is wanted, so that the other half of a pair is told `.endOfOutput`.
  ///
  /// - Returns: whether bytes moved.
  @discardableResult
  public func flush(_ mode: FlushMode, _ directions: Directions = .write) -> Bool {
    if mode == .finished, let upper { return upper.takeUnretainedValue().flush(mode, directions) }
    guard !flags.intersects([.closing, .closed, .failed]) else { return false }
    var hasMoved = false
    if directions.contains(.read) { hasMoved = flushUp(mode) }
    if directions.contains(.write) { hasMoved = flushDown(mode) || hasMoved }
    return hasMoved
  }

  private func flushDown(_ mode: FlushMode) -> Bool {
    if mode == .finished { endOutput() }
    var hasMoved = false
    var next: BufferEvent? = self
    while let event = next {
      if event.stage == nil {
        hasMoved = event.forceTransfer() || hasMoved
        if event.flags.contains(.hasTransport) { event.pushToWire() }
      } else {
        hasMoved = event.encode(.flush) || hasMoved
      }
      next = event.underlying
    }
    return hasMoved
  }

  private func flushUp(_ mode: FlushMode) -> Bool {
    // From the wire upwards, so that what the lower layers bring up is decoded too.
    var hasMoved = false
    if flags.contains(.stageBusy) { return false }
    if let below = underlying {
      hasMoved = below.flushUp(mode)
      let before = inputBuffer.count
      _ = decode(.flush)
      return inputBuffer.count > before || hasMoved
    }
    guard let peer = partner else { return false }
    hasMoved = peer.forceTransfer()
    if mode == .finished, !flags.contains(.inputEnded) {
      flags.insert(.inputEnded)
      peer.wontBeRead()
    }
    return hasMoved
  }

  /// The other half wants nothing more.
  private func wontBeRead() {
    guard !flags.contains(.peerClosed) else { return }
    peerStoppedReading(isKnown: true)
  }
}
