extension Relay {
  /// Fewer bytes in a turn are cheaper by reading and writing.
  static var leastToSplice: Int { 64 * 1024 }

  /// Lets the kernel pass an event's bytes on by itself, where both ends are plain sockets and whole reads have shown that
  /// there are many.
  func spliceIfWorthwhile(_ end: RelayEnd) {
    guard end.lane == nil, let source = end.socket, source.isBulk else { return }
    guard let target = self.end(end.side.other).socket, target.inlet == nil else { return }
    guard let event = source.event, let sink = target.event, source.canSplice, target.canSplice else { return }
    guard SpliceLane.isPlain(event), SpliceLane.isPlain(sink), event.wantsBytes else { return }
    let lane = SpliceLane(from: source, to: target, pool: base.shared { PipePool() }) { [unowned self] taken in
      end.moved += taken
      end.spliced += taken
      if idleTimer != nil { lastMove = base.currentTime() }
    } onLeft: { mayTryAgain in
      end.lane = nil
      if !mayTryAgain { end.cannotSplice = true }
    }
    end.lane = lane
    lane.pump()
  }
}
