extension BufferEvent {
  /// Puts a filter on this event, and returns the event that stands on the two: there the application reads and writes
  /// from now on. libevent: `bufferevent_filter_new`.
  ///
  /// Bytes that are in this event's input, and were not read, go through the filter: this is what STARTTLS needs. Bytes
  /// that were written before are ahead of everything the filter sends. The new event keeps this one alive, and closes
  /// it when it is closed or dropped. This event's callbacks rest meanwhile, and writing to it is refused.
  ///
  /// - Parameters:
  ///   - filter: what to put on; it is the new event's own from now on.
  ///   - closingUnderlying: false leaves this event open, and usable again, when the new one is gone (libevent: a filter
  ///     without `BEV_OPT_CLOSE_ON_FREE`).
  /// - Returns: the event on top.
  /// - Throws: `StackError` where a filter stands on this event already, or where it is closed.
  @inlinable
  public func filtered<F: Filter & ~Copyable>(
    by filter: consuming F, closingUnderlying: Bool = true
  ) throws(StackError) -> BufferEvent {
    try stacked(under: FilterStage(filter, base: base), closingUnderlying: closingUnderlying)
  }

  @usableFromInline
  func stacked(under stage: Stage, closingUnderlying: Bool) throws(StackError) -> BufferEvent {
    if let above = upper?.takeUnretainedValue() {
      throw .alreadyFiltered(by: above.stage?.takeUnretainedValue().name ?? "")
    }
    guard !flags.intersects([.closing, .closed]) else { throw .closed }
    guard !flags.intersects([.inputBusy, .outputBusy, .stageBusy, .filesPending]) else { throw .busy }
    guard extras?.follower == nil else { throw .relayed }
    let event = BufferEvent(base: base)
    event.stage = Unmanaged.passRetained(stage)
    event.lower = Unmanaged.passRetained(self)
    if !closingUnderlying { event.flags.insert(.keepsLower) }
    upper = Unmanaged.passUnretained(event)
    flags.insert(.underneath)
    if isKeptByCallbacks {
      // The new event has none yet: its maker holds it.
      event.isKeptByCallbacks = true
      isKeptByCallbacks = false
      leaveLoop()
    }
    event.inheritState(of: self)
    enable(.both)
    event.startStage()
    lookForFullOutput()
    return event
  }

  private func inheritState(of below: BufferEvent) {
    flags.formUnion(below.flags.intersection([.peerClosed, .unlinked]))
    if below.flags.contains(.finishing) { flags.formUnion([.finishing, .outputFinished]) }
    let events = below.extras?.pendingEvents ?? []
    below.extras?.pendingEvents = []
    if below.extras?.isEndOfOutputTold == true { makeExtras().isEndOfOutputTold = true }
    if below.flags.contains(.connectedPending) { announceFromBelow(.connected) }
    for event in events {
      // The end and the error come through the filter.
      switch event {
      case .endOfInput, .error: continue
      default: announce(event)
      }
    }
    below.flags.subtract(.callbackDue)
    if let failure = below.failure { fail(failure) }
  }

  private func startStage() {
    guard let below = underlying, !flags.contains(.failed) else { return }
    callStage { try $0.start() }
    if !below.inputBuffer.isEmpty || below.flags.contains(.inputEnded) { schedule(.pumpUp) }
  }
}

extension BufferEvent {
  /// The handle of a type that the nearest filter gives which has one of that type, looked for from this event
  /// downwards; nil, where there is none. It may be kept longer than the event. O(layers).
  public func filterHandle<Handle: AnyObject>(_ type: Handle.Type = Handle.self) -> Handle? {
    var next: BufferEvent? = self
    while let event = next {
      if let handle = event.stage?._withUnsafeGuaranteedRef({ $0.handle }) as? Handle { return handle }
      next = event.underlying
    }
    return nil
  }
}

/// Why a filter could not be put on an event.
public enum StackError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A filter of this name stands there already: it owns the event's bytes.
  case alreadyFiltered(by: String)
  /// The event is closed.
  case closed
  /// The event's buffers are in use further up on the stack of calls, by a caller's access or a filter's call; or a file is
  /// still being sent.
  case busy
  /// The event is in a relay, which owns its bytes.
  case relayed

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .alreadyFiltered(let name):
      "the filter \(name) stands on this event already: put the next one on the event that filtered(by:) returned"
    case .closed:
      "the event is closed: put filters on before close()"
    case .busy:
      "the event's buffers are in use: put filters on when the access or the filter's call has ended, and files are sent"
    case .relayed:
      "the event is in a relay: put filters on before relay(to:)"
    }
  }
}
