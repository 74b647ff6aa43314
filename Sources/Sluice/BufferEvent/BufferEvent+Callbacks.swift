/// A callback in a box of its own: read through an unretained reference, it costs no reference counting, and one that is
/// replaced while it runs lives until it returns.
final class CallbackBox {
  let body: (BufferEvent) -> Void
  init(_ body: @escaping (BufferEvent) -> Void) { self.body = body }
}

final class EventCallbackBox {
  let body: (BufferEvent, StreamEvent) -> Void
  init(_ body: @escaping (BufferEvent, StreamEvent) -> Void) { self.body = body }
}

extension BufferEvent {
  /// Called when new bytes came and the input holds at least the read low mark (or its high mark, or the end came): once for
  /// all that came since the last call, never with nothing new. Bytes that are left in the input cause no further call before
  /// others join them.
  ///
  /// It may be replaced at any time, from inside itself too. Setting it while bytes are there that nobody was told of queues
  /// a call. Setting nil withdraws a queued one. The closure gets the event, so it need not capture it, which would keep it
  /// alive for ever. A closed event has none, and takes none. Allocates a box. libevent: `readcb` of `bufferevent_setcb`.
  public var onRead: ((BufferEvent) -> Void)? {
    get { readBox?._withUnsafeGuaranteedRef { $0.body } }
    set {
      guard !isClosed else { return }
      retire(readBox)
      readBox = newValue.map { Unmanaged.passRetained(CallbackBox($0)) }
      if readBox == nil { flags.remove(.readTriggered) }
      if flags.contains(.readTriggered) { base.queue.append(self) } else { announceOwedRead() }
      if isKeptByCallbacks { keepByCallbacks() }
    }
  }

  /// Called when bytes left the output and no more than the write low mark are left: the writer may go on. Rules as for
  /// `onRead`. libevent: `writecb` of `bufferevent_setcb`.
  public var onWrite: ((BufferEvent) -> Void)? {
    get { writeBox?._withUnsafeGuaranteedRef { $0.body } }
    set {
      guard !isClosed else { return }
      retire(writeBox)
      writeBox = newValue.map { Unmanaged.passRetained(CallbackBox($0)) }
      if writeBox == nil { flags.subtract([.writeTriggered, .writeOwed]) }
      if flags.contains(.writeTriggered) { base.queue.append(self) }
      if isKeptByCallbacks { keepByCallbacks() }
    }
  }

  /// Called with what happens besides bytes, one event a call. Rules as for `onRead`; events that came while there never was
  /// a callback wait for the first one, and setting nil withdraws those that wait. libevent: `eventcb` of
  /// `bufferevent_setcb`.
  public var onEvent: ((BufferEvent, StreamEvent) -> Void)? {
    get { eventBox?._withUnsafeGuaranteedRef { $0.body } }
    set {
      guard !isClosed else { return }
      if newValue == nil, eventBox != nil { withdrawEvents() }
      retire(eventBox)
      eventBox = newValue.map { Unmanaged.passRetained(EventCallbackBox($0)) }
      if eventBox != nil, flags.intersects([.eventsPending, .connectedPending]) { base.queue.append(self) }
      if isKeptByCallbacks { keepByCallbacks() }
    }
  }

  /// Has the loop keep the event alive while somebody could hear of it: while it has a callback, and where it has failed, one
  /// that will be told so. What is dropped without one is closed.
  func keepByCallbacks() {
    isKeptByCallbacks = true
    guard !flags.intersects([.closing, .closed]) else { return }
    let canHear =
      flags.contains(.failed)
      ? eventBox != nil && flags.contains(.eventsPending) : readBox != nil || writeBox != nil || eventBox != nil
    if canHear { keepByLoop() } else { leaveLoop() }
  }

  /// Withdraws all three callbacks and what was queued for them.
  func dropCallbacks() {
    withdrawEvents()
    retire(readBox)
    retire(writeBox)
    retire(eventBox)
    (readBox, writeBox, eventBox) = (nil, nil, nil)
    flags.subtract(.callbackDue)
  }

  private func withdrawEvents() {
    extras?.pendingEvents = []
    flags.subtract([.eventsPending, .connectedPending])
  }

  private func retire(_ box: Unmanaged<some AnyObject>?) {
    guard let box else { return }
    if base.isRunning { base.retired.append(box.takeRetainedValue()) } else { box.release() }
  }
}
