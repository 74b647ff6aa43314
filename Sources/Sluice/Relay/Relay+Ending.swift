extension Relay {
  /// Closes both events, where nothing more is to come from either.
  func endIfDone() {
    guard leftEnd.isDone, rightEnd.isDone else { return }
    close(stopped.map { .stoppedReading($0) } ?? .finished(first: firstEnded ?? .left))
  }

  /// An event's other end reads no more: nobody wants what comes for it. What comes from it still goes on.
  func stoppedReading(_ end: RelayEnd) {
    let source = self.end(end.side.other)
    if isEnding { return base.queue.append(self) }
    guard !source.isDone || (end.hasLost && stopped == nil) else { return }
    if stopped == nil { stopped = end.side }
    source.isDone = true
    // The other end of a pair is told that nothing more is wanted; a socket's stops at its window.
    source.event.flush(.finished, .read)
    source.event.disable(.read)
    base.queue.append(self)
    endIfDone()
  }

  /// An error ended one side: the other gets what came before it, and then a reset, unless it has got its end already.
  func failed(_ end: RelayEnd, _ error: StreamError) {
    let other = self.end(end.side.other)
    guard !isEnding else { return end.event.abort() }
    moveAll(from: end)
    isEnding = true
    reason = .failed(end.side, error)
    end.event.abort()
    if end.hasPassedEnd || other.event.isClosed {
      other.event.close(within: options.closeTimeout)
    } else {
      resetWhenDrained(other)
    }
  }

  /// Ends both sides in order.
  func close(_ reason: RelayOutcome) {
    isEnding = true
    self.reason = reason
    for end in ends { end.event.close(within: options.closeTimeout) }
    base.queue.append(self)
  }

  func abort(_ reason: RelayOutcome) {
    isEnding = true
    self.reason = reason
    for end in ends {
      end.event.abort()
      if !end.wire.flags.contains(.closed) { end.wire.abort() }
    }
    base.queue.append(self)
  }

  private func resetWhenDrained(_ end: RelayEnd) {
    end.willReset = true
    // What comes is thrown away: that the other end broke shows behind it, and some take nothing before they are rid of it.
    end.event.input.drain()
    end.event.onRead = { $0.input.drain() }
    end.event.onWrite = nil
    end.event.enable(.both)
    end.event.flush(.flush)
    // Each layer tells this one when bytes leave it.
    for layer in end.layers { layer.flags.insert(.watchedAbove) }
    if let limit = options.closeTimeout {
      drainTimer = base.schedule(after: limit) { [weak self] in
        end.event.abort()
        if let self { base.queue.append(self) }
      }
    }
    goOnEnding()
  }

  /// Looks whether an event that is to be reset has sent everything, and the other end's system has it: a reset throws away
  /// what the kernel still holds.
  func goOnEnding() {
    for end in ends where end.willReset && !end.isGone && end.waiting == 0 {
      if (end.wire.transport as? any BreakableTransport)?.hasUnsent == true { lookAgain() } else { end.event.abort() }
    }
  }

  /// No event tells when the kernel has sent everything.
  private func lookAgain() {
    if retryTimer == nil {
      retryTimer = LoopTimer(base: base) { [unowned self] in base.queue.append(self) }
    }
    retryTimer?.arm(after: .milliseconds(5))
  }

  /// Both events have let go of everything.
  func conclude() {
    idleTimer?.cancel()
    drainTimer?.cancel()
    retryTimer?.cancel()
    for end in ends {
      end.event.dropCallbacks()
      end.event.extras?.follower = nil
      end.wire.extras?.follower = nil
    }
    outcome = actualReason
    let tell = onEnd
    (onEnd, onConnected, onNotice) = (nil, nil, nil)
    let kept = base.stopLingering(self)
    tell?(self)
    withExtendedLifetime(kept) {}
  }

  /// An end that was in order, but for bytes that a side did not take, was none: an error ended it, or that side, or the time.
  private var actualReason: RelayOutcome {
    guard let reason else { return .closed }
    guard case .finished = reason, let end = ends.first(where: \.hasLost) else { return reason }
    // Layers that have sent everything are gone when one below them breaks.
    if let error = end.failure { return .failed(end.side, error) }
    return end.wire.flags.intersects([.peerClosed, .unlinked]) ? .stoppedReading(end.side) : .idle
  }
}
