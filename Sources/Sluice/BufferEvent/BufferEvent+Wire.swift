extension BufferEvent {
  /// The other half, where this is half of a pair whose other half is still there. libevent: `bufferevent_pair_get_partner`.
  public var partner: BufferEvent? { partnerLink?.takeUnretainedValue() }

  /// The event that this one's filter stands on. libevent: `bufferevent_get_underlying`.
  public var underlying: BufferEvent? { lower?.takeUnretainedValue() }

  /// Sends what the output holds on its way, at the bottom of a stack, and the end behind it. The last thing that a caller
  /// does with the event: where it was closing, it may be gone afterwards.
  @inline(__always) func pushToWire() {
    if let partnerLink {
      partnerLink._withUnsafeGuaranteedRef { transfer(to: $0) }
    } else if flags.contains(.hasTransport) {
      transport?.outputReady(self)
    }
  }

  @inline(__always) private func transfer(to peer: BufferEvent) {
    // The flags first: what somebody holds must not be looked at.
    guard !flags.intersects(.sendBlocked) else { return outputIsBlocked() }
    let waiting = outputBuffer.count
    if waiting > 0 {
      guard !peer.flags.intersects(.receiveBlocked) else { return }
      let room = peer.readHigh &- peer.inputBuffer.count
      guard room > 0 else { return }
      move(min(waiting, room), to: peer)
    }
    if flags.contains(.finishing) { passEnd(to: peer) }
  }

  /// Moves everything to the other half, whatever the marks, and whether or not the directions are enabled, and the end
  /// behind it where it is due. True where bytes moved. The last thing that a caller does with the event, as `pushToWire`.
  func forceTransfer() -> Bool {
    guard let peer = partner, !flags.intersects([.outputBusy, .stageBusy, .closed, .failed]) else { return false }
    guard !peer.flags.intersects([.inputBusy, .stageBusy, .inputEnded, .closing, .closed, .failed]) else {
      return false
    }
    let hasMoved = !outputBuffer.isEmpty
    if hasMoved { move(outputBuffer.count, to: peer) }
    if flags.contains(.finishing) { passEnd(to: peer) }
    return hasMoved
  }

  @inline(__always) private func move(_ count: Int, to peer: BufferEvent) {
    if outputBuffer.watchers != nil || peer.inputBuffer.watchers != nil { return moveWatched(count, to: peer) }
    if count == outputBuffer.count {
      peer.inputBuffer.moveAll(of: &outputBuffer)
    } else {
      peer.inputBuffer.append(upTo: count, from: &outputBuffer)
    }
    peer.arrived()
    sent()
  }

  /// Moves where watchers are called from inside, who may do anything to both halves but use these two buffers.
  @inline(never) private func moveWatched(_ count: Int, to peer: BufferEvent) {
    // Watchers may drop what keeps the halves alive, which a local reference alone does not prevent.
    let kept = [self, peer]
    flags.insert(.outputBusy)
    peer.flags.insert(.inputBusy)
    peer.inputBuffer.append(upTo: count, from: &outputBuffer)
    peer.flags.remove(.inputBusy)
    flags.remove(.outputBusy)
    if flags.intersects([.closed, .failed, .peerClosed, .unlinked]) { emptyOutput() }
    if peer.flags.intersects([.closing, .closed]) {
      peer.giveBackInput()
    } else {
      peer.arrived()
    }
    sent()
    withExtendedLifetime(kept) {}
  }

  private func passEnd(to peer: BufferEvent) {
    guard !flags.intersects([.outputFinished, .closed]), outputBuffer.isEmpty else { return }
    flags.insert(.outputFinished)
    timingChanged()
    peer.inputFinished()
    if flags.contains(.closing) { completeClose() }
  }

  /// Bytes joined the input: the layer above goes on with them, or the read callback is queued.
  @inline(__always) func arrived() {
    if flags.contains(.hasTiming) { progressed(.read) }
    if let upper {
      upper._withUnsafeGuaranteedRef { $0.schedule(.pumpUp) }
    } else {
      announceRead()
    }
  }

  /// Bytes left the output: the layer above may send more, or the write callback is queued.
  @inline(__always) func sent() {
    if flags.intersects([.hasTiming, .watchedAbove, .filesPending]) { progressed(.write) }
    if upper != nil { tellWriterAbove() } else { announceWrite() }
  }

  /// Has the layer above go on, where it holds back what this one had no room for.
  @inline(__always) func tellWriterAbove() {
    guard let upper else { return }
    upper._withUnsafeGuaranteedRef { above in
      let isEndOwed = above.flags.contains(.finishing) && !above.flags.contains(.outputFinished)
      if above.flags.intersects(.outputHeld) || !above.outputBuffer.isEmpty || isEndOwed { above.schedule(.pumpDown) }
    }
  }

  /// Nothing follows what is in the input.
  func inputFinished() {
    guard !flags.intersects([.inputEnded, .failed, .closed]) else { return }
    flags.insert(.inputEnded)
    timingChanged()
    if let upper { return upper._withUnsafeGuaranteedRef { $0.schedule(.pumpUp) } }
    announceOwedRead()
    announce(.endOfInput)
  }
}
