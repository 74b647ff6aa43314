import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension SocketTransport {
  /// What one connection may read in a round of the loop, so that a fast one does not hold up the others: a share of what
  /// all that are ready may read.
  static func readBudget(of base: EventBase) -> Int {
    min(max(4_194_304 / max(base.readyCount, 1), 131_072), 1_048_576)
  }

  static var smallestRead: Int { 4 * 1024 }
  private static var largestRead: Int { 256 * 1024 }

  /// Whether the last reads were filled so often that there seems to be much to come.
  var isBulk: Bool { readSize == Self.largestRead }

  /// Reads what is there, as far as the input and this round allow.
  func receive(_ event: BufferEvent) {
    if let outlet { return outlet.pump() }
    isMoreLikely = false
    while event.wantsBytes, budget > 0 {
      let size = min(readSize, event.readHigh &- event.inputBuffer.count, budget)
      let got = read(size, for: event)
      guard got > 0 else {
        readEnded(event, got, at: peer)
        break
      }
      budget &-= got
      adapt(to: got, of: size)
      // What was not filled has emptied the kernel's buffer: to ask once more would cost a call to learn nothing.
      if got < size { return }
    }
    guard link != nil, !event.wantsBytes else { return }
    isMoreLikely = budget > 0
    event.flags.insert(.inputAwaited)
    updateInterest(event)
  }

  var readDescriptor: Int32? { descriptor }

  func receiveBehindFailure(_ event: BufferEvent) {
    budget = Self.readBudget(of: event.base)
    receive(event)
  }

  /// One system call. The number of bytes, 0 at the end, or a negative errno.
  @inline(__always) private func read(_ size: Int, for event: BufferEvent) -> Int {
    guard event.inputBuffer.watchers == nil else { return readWatched(size, for: event) }
    let got = fill(&event.inputBuffer, upTo: size)
    if got > 0 { arrived(event) }
    return got
  }

  @inline(__always) private func arrived(_ event: BufferEvent) {
    event.arrived()
    // Nobody takes it, and an end that waits for its own bytes to be taken before it reads would wait for ever.
    if event.flags.contains(.closing), event.upper == nil, event.stage == nil { event.giveBackInput() }
  }

  /// Reads where watchers are called from inside, who may do anything to the event but use its input.
  @inline(never) private func readWatched(_ size: Int, for event: BufferEvent) -> Int {
    var bytes = event.base.makeBuffer()
    let got = fill(&bytes, upTo: size)
    if got > 0 { event.receive(&bytes) }
    return got
  }

  @inline(__always) private func fill(_ buffer: inout EventBuffer, upTo size: Int) -> Int {
    // Not by way of `self`, which would be retained for the call.
    let descriptor = descriptor
    return buffer.fill(upTo: size) { bytes, count in
      Int(sluice_receive(descriptor, bytes, Int64(count)))
    } scatter: { pieces in
      Int(sluice_receive_pieces(descriptor, pieces.baseAddress, Int32(pieces.count)))
    }
  }

  /// Reads grow while they are filled, and shrink again when they are not.
  private func adapt(to got: Int, of size: Int) {
    if got == readSize {
      readSize = min(readSize * 4, Self.largestRead)
    } else if got < readSize / 4, size == readSize {
      readSize = max(readSize / 2, Self.smallestRead)
    }
  }
}
