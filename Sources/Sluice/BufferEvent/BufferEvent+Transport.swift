extension BufferEvent {
  /// A buffer event over a transport of one's own, both directions enabled. The event keeps the transport alive.
  public convenience init(base: EventBase, transport: any Transport) {
    self.init(base: base)
    self.transport = transport
    flags.insert(.hasTransport)
  }

  /// Brings bytes from the transport: moves all of `bytes` into the input, even past the high mark; look at `inputRoom` first.
  /// On an event that is closed or has ended they are dropped. While somebody changes the input they stay in `bytes`;
  /// `Transport.readingChanged` tells when that is over.
  public func receive(_ bytes: inout EventBuffer) {
    if flags.intersects([.closed, .failed, .inputEnded]) || (flags.contains(.closing) && upper == nil && stage == nil) {
      bytes.drain()
    } else if flags.intersects(.inputHeld) {
      flags.insert(.inputAwaited)
    } else if !bytes.isEmpty {
      flags.insert(.inputBusy)
      inputBuffer.append(&bytes)
      flags.remove(.inputBusy)
      arrived()
      if !wantsBytes { flags.insert(.inputAwaited) }
    }
  }

  /// How many bytes the input takes now: 0 while reading is disabled, suspended or over.
  public var inputRoom: Int {
    if wantsBytes { return readHigh - inputBuffer.count }
    flags.insert(.inputAwaited)
    return 0
  }

  /// The transport's way to the bytes that wait. What `body` takes from the front counts as sent; it must not append. After
  /// the last byte of a finished output the event calls the transport's `finish`, once.
  public func sendOutput(_ body: (inout EventBuffer) -> Void) {
    guard let waiting = beginSending() else { return }
    if waiting > 0 { body(&outputBuffer) }
    endSending(waiting)
  }

  /// Takes the output for the transport: how many bytes wait in it, or nil where they may not leave now.
  @inline(__always) func beginSending() -> Int? {
    guard !flags.intersects(.sendBlocked) else {
      outputIsBlocked()
      return nil
    }
    flags.insert(.outputBusy)
    return outputBuffer.count
  }

  /// Gives the output back, of which `waiting` bytes were there.
  @inline(__always) func endSending(_ waiting: Int) {
    flags.remove(.outputBusy)
    if outputBuffer.count < waiting { sent() }
    if flags.contains(.finishing) { passEndToTransport() }
  }

  private func passEndToTransport() {
    guard !flags.intersects(.sendBlocked), outputBuffer.isEmpty else { return }
    flags.insert(.outputFinished)
    transport?.finish(self)
    if flags.contains(.closing) { completeClose() }
  }

  /// The transport can go on with a file, after `Transport.send(_:from:upTo:_:)` returned 0.
  public func sendFiles() { moveFiles() }

  /// The other end finished: `.endOfInput` follows the bytes that came. Once.
  public func receiveEnd() { inputFinished() }

  /// The other end closed, and takes nothing more: what waits in the output is lost, and what is written from now on is refused
  /// as `.peerClosed`. `.endOfOutput` is told where something was lost: in the output, or, as `losing` says, under way. What
  /// came is still read, up to `receiveEnd`.
  public func receiveClose(losing: Bool = false) { peerStoppedReading(isKnown: losing) }

  /// The transport broke: both directions end with `error`. Once; what comes later is ignored.
  public func fail(_ error: any Error, direction: Directions = .both) {
    fail(error as? StreamError ?? StreamError(.transport(error), direction: direction))
  }

  /// The transport is connected: the event callback is told, before any read callback.
  public func connected() { announce(.connected) }

  /// The transport gives way to the one that it made.
  func moveToTransport(_ transport: any Transport) { self.transport = transport }

  /// The connection stands, or failed: what was held back for it goes on, and so do the timeouts of all layers.
  func connectingEnded() {
    resume(.both, from: .connecting)
    timingChangedUpwards()
  }
}
