extension Relay {
  /// Lets the kernel pass an event's bytes on by itself, where both ends are plain sockets and whole reads have shown that
  /// there are many.
  func spliceIfWorthwhile(_ end: RelayEnd) {
    guard let source = end.socket, source.isBulk, end.lane == nil else { return }
    guard options.allowsSplice, let target = self.end(end.side.other).socket else { return }
    guard let event = source.event, let sink = target.event, source.canSplice, target.canSplice else { return }
    guard SpliceLane.isPlain(event), SpliceLane.isPlain(sink), event.wantsBytes else { return }
    let lane = SpliceLane(from: source, to: target, pool: base.shared { PipePool() }) { [unowned self] taken in
      end.moved += taken
      end.spliced += taken
      if idleTimer != nil { lastMove = base.currentTime() }
    } onLeft: { mayTryAgain in
      end.lane = nil
      if !mayTryAgain { end.socket = nil }
    }
    end.lane = lane
    lane.pump()
  }
}
