extension Relay {
  func startIdleTimer() {
    guard let limit = options.idleTimeout, limit > .zero else { return }
    lastMove = base.currentTime()
    lastWaiting = waiting
    let timer = LoopTimer(base: base) { [unowned self] in mayBeIdle() }
    idleTimer = timer
    timer.arm(after: limit)
  }

  /// Bytes on their way out, in both events.
  private var waiting: Int { ends.reduce(0) { $0 + $1.waiting + ($1.lane?.held ?? 0) } }

  /// Looks whether anything has moved since the timer was armed.
  private func mayBeIdle() {
    guard outcome == nil, let limit = options.idleTimeout else { return }
    let waiting = self.waiting
    // What only left the outputs was not timed: it counts as of now.
    if waiting != lastWaiting { lastMove = base.currentTime() }
    lastWaiting = waiting
    let due = EventBase.Instant(nanoseconds: lastMove).advanced(by: limit)
    if due > base.now { idleTimer?.arm(at: due) } else { timeIsOver() }
  }

  /// Nothing moves any more. Where nothing is under way either, both sides see an end; where bytes are stuck, they are lost,
  /// and both see a reset.
  func timeIsOver() {
    guard outcome == nil else { return }
    if isEnding || waiting > 0 || left.inputCount > 0 || right.inputCount > 0 {
      abort(.idle)
    } else {
      close(.idle)
    }
  }
}
