#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A transport whose writing can fail while bytes that came before can still be read.
protocol BreakableTransport: AnyObject {
  var link: Unmanaged<BufferEvent>? { get }
  /// Output waits.
  var isWriteBlocked: Bool { get set }
  /// Why writing failed, where it did; that is told in the loop's next turn, or later.
  var brokenCode: Int32 { get set }
  /// Where it reads, while that is open.
  var readDescriptor: Int32? { get }
  /// Whether bytes, or the end, are left to be read of what came before writing failed.
  var hasUnread: Bool { get }
  /// Whether the kernel holds bytes that the other end has not got.
  var hasUnsent: Bool { get }
  var peer: String { get }

  /// Reads what is there, as far as the input and a turn allow.
  func receiveBehindFailure(_ event: BufferEvent)
}

extension BreakableTransport {
  var isBroken: Bool { brokenCode != 0 }

  /// Writing failed: that is told in a turn of its own, behind what the other end sent before it went, as far as that is wanted.
  func broke(_ event: BufferEvent, _ code: Int32) {
    guard !isBroken else { return }
    brokenCode = code
    isWriteBlocked = true
    tellBehindInput()
  }

  /// Where writing failed, tells so in a turn of its own, unless something is left to be read that is wanted, now or when what
  /// holds reading back for a while lets it go on.
  func tellBehindInput() {
    guard isBroken, let event = link?.takeUnretainedValue() else { return }
    event.base.defer { [weak self] in
      guard let self, let event = link?.takeUnretainedValue() else { return }
      receiveBehindFailure(event)
      // The end of what is there comes as any other, and tells then.
      if !isWanted(event) || !hasUnread { tellBroken(event) }
    }
  }

  /// Output joined what waits: where writing failed, and the event was closed since, nobody reads what is there any more.
  func outputIsStuck(_ event: BufferEvent) {
    if isBroken, event.top.isClosed { tellBehindInput() }
  }

  /// Whether somebody reads what is there, now or later.
  private func isWanted(_ event: BufferEvent) -> Bool {
    guard !event.flags.intersects([.inputEnded, .failed]), !event.isReadingStoppedAbove else { return false }
    return event.readReasons.isEmpty || !event.top.isClosed
  }

  /// Reading gave no bytes: 0 for the end, or a negative errno. `place` is where it read.
  func readEnded(_ event: BufferEvent, _ result: Int, at place: String) {
    if result == 0 {
      // The kernel shows a reset to one call alone, and an end to those behind it.
      if !isBroken || brokenCode == EPIPE { event.inputFinished() }
      return tellBroken(event)
    }
    let code = Int32(-result)
    if code == EAGAIN || code == EWOULDBLOCK || code == EINTR { return }
    event.broke(StreamError(.transport(SocketError(.read, code: code, peer: place)), direction: .read))
  }

  /// Tells that writing failed, where it did.
  func tellBroken(_ event: BufferEvent) {
    guard isBroken, link != nil else { return }
    event.broke(StreamError(.transport(SocketError(.write, code: brokenCode, peer: peer)), direction: .write))
  }

  /// Whether bytes that were not read, or the end, are there.
  var isReadable: Bool {
    guard let readDescriptor else { return false }
    var interest = pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&interest, 1, 0) > 0 && interest.revents & Int16(POLLIN | POLLHUP) != 0
  }
}
