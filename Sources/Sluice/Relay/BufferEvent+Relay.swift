extension BufferEvent {
  /// Joins this event and `other` both ways: bytes, ends and pressure pass from each to the other, until both directions have
  /// ended, an error ends one, or the relay is closed.
  ///
  /// The relay takes the callbacks of both events over, enables both directions, and lowers both read low marks to 0; the
  /// high marks stay, and bound what it holds. What is in the inputs goes first. Events may be of any kind, stacks of filters
  /// among them, and need not be connected yet: bytes wait for that. Where a filter stands on an event, the event on top of
  /// that stack is meant. The loop keeps the relay and both events until it ends, whoever lets go of them.
  ///
  /// Both events must be of the same base, and in no other relay: anything else is a programming error that traps. Filters
  /// are put on before.
  ///
  /// - Parameters:
  ///   - other: the event to join with.
  ///   - options: timeouts, and whether the kernel may pass the bytes by itself.
  ///   - onEnd: called once, from the loop, when both events have let go of everything: each byte was handed on to the kernel
  ///     or is lost, and counted.
  /// - Returns: the relay. It may be dropped.
  @discardableResult
  public func relay(
    to other: BufferEvent, options: RelayOptions = RelayOptions(), onEnd: ((Relay) -> Void)? = nil
  ) -> Relay {
    let (left, right) = (top, other.top)
    precondition(left !== right, "an event cannot be joined with itself")
    precondition(left.base === right.base, "a relay's events must be of one base")
    precondition(left.extras?.follower == nil && right.extras?.follower == nil, "an event is in a relay already")
    let relay = Relay(left, right, options)
    relay.onEnd = onEnd
    relay.start()
    return relay
  }
}

extension Relay {
  func start() {
    base.lingering[ObjectIdentifier(self)] = self
    for end in ends {
      let event = end.event
      event.makeExtras().follower = self
      end.wire.makeExtras().follower = self
      event.onRead = { [unowned self] _ in move(from: end) }
      event.onWrite = nil
      event.onEvent = { [unowned self] _, what in heard(what, from: end) }
      event.readMarks = Watermarks(low: 0, high: event.readHigh)
      event.enable(.both)
    }
    startIdleTimer()
    base.queue.append(self)
  }

  private func heard(_ what: StreamEvent, from end: RelayEnd) {
    switch what {
    case .connected: onConnected?(self, end.side)
    case .notice(let notice): onNotice?(self, end.side, notice)
    case .endOfInput: move(from: end)
    case .endOfOutput: stoppedReading(end)
    case .timeout: timeIsOver()
    case .error(let error): failed(end, error)
    }
  }
}
