extension BufferEvent {
  /// A buffer event over a transport of one's own, both directions enabled. The event keeps the transport alive.
  public convenience init(base: EventBase, transport: any Transport) {
    self.init(base: base)
    makeExtras().transport = transport
    flags.insert(.hasTransport)
  }

  /// Brings bytes from the transport: moves all of `bytes` into the input, even past the high mark; look at `isWanted` first.
  /// On an event that is closed or has ended they are dropped.
  public func receive(_ bytes: inout EventBuffer) {
    guard !flags.intersects([.closed, .failed, .inputEnded, .inputBusy]), !bytes.isEmpty else {
      bytes.drain()
      return
    }
    if flags.contains(.closing), upper == nil, stage == nil { return bytes = EventBuffer(pool: base.pool) }
    inputBuffer.append(&bytes)
    arrived()
  }

  /// How many bytes the input takes now: 0 while reading is disabled, suspended or over.
  public var inputRoom: Int { wantsBytes ? readHigh - inputBuffer.count : 0 }

  /// The transport's way to the bytes that wait. What `body` takes from the front counts as sent; it must not append. After
  /// the last byte of a finished output the event calls the transport's `finish`, once.
  public func sendOutput(_ body: (inout EventBuffer) -> Void) {
    let waiting = outputBuffer.count
    if waiting > 0, !flags.intersects(.sendBlocked) {
      flags.insert(.outputBusy)
      body(&outputBuffer)
      flags.remove(.outputBusy)
      if outputBuffer.count < waiting { sent() }
    }
    guard outputBuffer.isEmpty, flags.contains(.finishing), !flags.intersects([.outputFinished, .closed]) else { return }
    flags.insert(.outputFinished)
    if flags.contains(.closing) { completeClose() } else { extras?.transport?.finish(self) }
  }

  /// The other end finished: `.endOfInput` follows the bytes that came. Once.
  public func receiveEnd() { inputFinished() }

  /// The transport broke: both directions end with `error`. Once; what comes later is ignored.
  public func fail(_ error: any Error, direction: Directions = .both) {
    fail(error as? StreamError ?? StreamError(.transport(error), direction: direction))
  }

  /// The transport is connected: the event callback is told, before any read callback.
  public func connected() { announce(.connected) }
}
