import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A buffer event's socket.
///
/// Three system calls a hop: the loop's wait, one read, one write. Output is written at once; writability is asked for only
/// where the kernel would block. The event keeps this.
final class SocketTransport: Watched, Transport, BreakableTransport {
  let peer: String
  /// The event above; nil once the descriptor is closed.
  var link: Unmanaged<BufferEvent>?
  /// Where the kernel passes on what comes here, and from where it brings what goes, while it does.
  var outlet: SpliceLane?
  var inlet: SpliceLane?
  /// Output waits until the kernel has room again.
  var isWriteBlocked = false
  var brokenCode: Int32 = 0
  /// How much the next read asks for.
  var readSize = smallestRead
  /// What is left of this round's share of reading.
  var budget = 0
  /// The last read was filled, and ended for want of room alone.
  var isMoreLikely = false
  /// Called once, when the descriptor is given back.
  var onClosed: (() -> Void)?

  var name: String { "socket to \(peer)" }

  init(descriptor: Int32, peer: String) {
    self.peer = peer
    super.init(descriptor: descriptor)
  }

  deinit { if link != nil { Sluice.closeDescriptor(descriptor) } }

  var event: BufferEvent? { link?.takeUnretainedValue() }

  /// Whether nothing waits.
  var canSplice: Bool { !isWriteBlocked && !isBroken && link != nil }

  // Whoever does not take what is written sends nothing more either.
  var hasUnread: Bool { isReadable }
  var hasUnsent: Bool { link != nil && sluice_unsent(descriptor) > 0 }

  func attach(_ event: BufferEvent) {
    link = Unmanaged.passUnretained(event)
    updateInterest(event)
  }

  override func isReady(_ readiness: Readiness) {
    guard let event = link?.takeUnretainedValue() else { return }
    if wanted.contains(.write), !readiness.isDisjoint(with: [.write, .failure]) {
      isWriteBlocked = false
      inlet?.startRound()
      outputReady(event)
    }
    guard wanted.contains(.read), !readiness.isDisjoint(with: [.read, .failure]) else { return }
    budget = Self.readBudget(of: event.base)
    if isBroken { tellBehindInput() }
    if event.wantsBytes { return receive(event) }
    isMoreLikely = true
    updateInterest(event, isTold: true)
  }

  /// Has the loop watch for what is waited for; a system call only where that changed.
  ///
  /// An input that is full, or held back, is often free again before more comes: so reading is watched on, until the loop has
  /// told of bytes that nobody wants.
  func updateInterest(_ event: BufferEvent, isTold: Bool = false) {
    guard link != nil else { return }
    var wanted: Readiness = []
    if isWriteBlocked && !isBroken { wanted.insert(.write) }
    let staysWatched = self.wanted.contains(.read) && !isTold && !event.flags.contains(.inputEnded)
    let isHeldUp = outlet.map { $0.held > 0 } ?? false
    if staysWatched || (event.wantsBytes && !isHeldUp) { wanted.insert(.read) }
    if event.flags.intersects([.failed, .closed]) { wanted = [] }
    if wanted == self.wanted { return }
    do {
      try event.base.watch(self, for: wanted)
    } catch {
      event.fail(error)
    }
  }

  // MARK: Ending

  func readingChanged(_ event: BufferEvent, isWanted: Bool) {
    // The kernel had more than the input took, and this round's share is not used up.
    if isWanted, isMoreLikely, link != nil { receive(event) }
    updateInterest(event)
    tellBehindInput()
  }

  func finish(_ event: BufferEvent) {
    guard link != nil else { return }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  func close(_ event: BufferEvent) {
    closeNow(
      event, isOrderly: event.flags.contains(.outputFinished) && !event.flags.intersects([.inputEnded, .failed]))
  }

  func abort(_ event: BufferEvent) {
    if link != nil {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }
    closeNow(event)
  }

  private func closeNow(_ event: BufferEvent, isOrderly: Bool = false) {
    guard link != nil else { return }
    inlet?.discard()
    link = nil
    outlet?.leave()
    // Nobody else may get the number before the poller forgot it.
    try? event.base.watch(self, for: [])
    let onClosed = self.onClosed
    self.onClosed = nil
    if isOrderly {
      LingeringSocket.close(descriptor, on: event.base) { onClosed?() }
    } else {
      closeDescriptor(descriptor)
      onClosed?()
    }
  }
}

/// `close`, under a name that no method hides. The number of a standard stream is not left to others.
func closeDescriptor(_ descriptor: Int32) { _ = sluice_give_back(descriptor) }
