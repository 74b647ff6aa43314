import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A buffer event's socket, pipe or inherited descriptor.
///
/// Three system calls a hop: the loop's wait, one read, one write. Output is written at once; writability is asked for only
/// where the kernel would block. The event is kept alive by its base, and keeps this.
final class SocketTransport: Watched, Transport {
  /// What one connection may read in a round of the loop, so that a fast one does not hold up the others.
  static let readBudget = 256 * 1024
  private static let smallestRead = 4 * 1024
  private static let pieces = 16

  let peer: String
  private let isSocket: Bool
  /// The event above; nil once the descriptor is closed.
  private var link: Unmanaged<BufferEvent>?
  private var isWriteBlocked = false
  /// What ended well or badly while a connection was being made; nil when none is.
  var onConnected: ((Int32) -> Void)?
  /// Called once, when the descriptor is given back.
  var onClosed: (() -> Void)?
  private var readSize = smallestRead

  var name: String { isSocket ? "socket to \(peer)" : "descriptor \(descriptor)" }

  init(descriptor: Int32, peer: String, isSocket: Bool = true) {
    self.peer = peer
    self.isSocket = isSocket
    super.init(descriptor: descriptor)
  }

  deinit { if link != nil { Sluice.closeDescriptor(descriptor) } }

  func attach(_ event: BufferEvent) {
    link = Unmanaged.passUnretained(event)
    updateInterest(event)
  }

  override func isReady(_ readiness: Readiness) {
    guard let event = link?.takeUnretainedValue() else { return }
    if let onConnected {
      self.onConnected = nil
      onConnected(socketError())
      if link != nil { outputReady(event) }
      return
    }
    if wanted.contains(.write), !readiness.isDisjoint(with: [.write, .failure]) {
      isWriteBlocked = false
      outputReady(event)
    }
    if wanted.contains(.read), !readiness.isDisjoint(with: [.read, .failure]) { receive(event) }
  }

  /// The error that the kernel keeps for a descriptor; 0 where there is none.
  private func socketError() -> Int32 {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) < 0 ? errno : code
  }

  private func updateInterest(_ event: BufferEvent) {
    var wanted: Readiness = []
    if onConnected != nil || isWriteBlocked { wanted.insert(.write) }
    if onConnected == nil, event.wantsBytes { wanted.insert(.read) }
    if event.flags.intersects([.failed, .closed]) { wanted = [] }
    do {
      try event.base.watch(self, for: wanted)
    } catch {
      event.fail(error)
    }
  }

  // MARK: Reading

  private func receive(_ event: BufferEvent) {
    var budget = Self.readBudget
    var isMoreLikely = true
    while isMoreLikely, budget > 0, event.wantsBytes {
      let size = min(readSize, event.readHigh - event.inputCount, budget)
      let got = read(size, into: &event.inputBuffer)
      if got > 0 {
        event.arrived()
        budget -= got
        isMoreLikely = got == size
        adapt(to: got, of: size)
      } else {
        isMoreLikely = got == -Int(EINTR)
        if !isMoreLikely { readEnded(event, got) }
      }
    }
    if link != nil { updateInterest(event) }
  }

  private func readEnded(_ event: BufferEvent, _ result: Int) {
    if result == 0 { return event.inputFinished() }
    let code = Int32(-result)
    if code == EAGAIN || code == EWOULDBLOCK { return }
    event.fail(SocketError(.read, code: code, peer: peer), direction: .read)
  }

  /// One system call. The number of bytes, 0 at the end, or a negative errno.
  private func read(_ size: Int, into buffer: inout EventBuffer) -> Int {
    var result = 0
    _ = try? buffer.withExtents(atLeast: size, maximum: Self.pieces) { extents in
      result = withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: extents.count) { bases in
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: extents.count) { lengths in
          var left = size
          for (index, extent) in extents.enumerated() {
            bases[index] = extent.baseAddress
            lengths[index] = Int64(min(left, extent.count))
            left -= min(left, extent.count)
          }
          return Int(sluice_receive(descriptor, bases.baseAddress, lengths.baseAddress, Int32(extents.count)))
        }
      }
      return max(result, 0)
    }
    return result
  }

  /// Reads grow while they are filled, and shrink again when they are not.
  private func adapt(to got: Int, of size: Int) {
    if got == size {
      readSize = min(readSize * 4, Self.readBudget)
    } else if got < readSize / 4 {
      readSize = max(readSize / 2, Self.smallestRead)
    }
  }

  // MARK: Writing

  func outputReady(_ event: BufferEvent) {
    guard link != nil, onConnected == nil, !isWriteBlocked else { return }
    var failure: Int32 = 0
    event.sendOutput { buffer in
      while !buffer.isEmpty {
        let sent = write(from: buffer)
        if sent >= 0 {
          buffer.drain(sent)
        } else if sent == -Int(EAGAIN) || sent == -Int(EWOULDBLOCK) {
          isWriteBlocked = true
          return
        } else if sent != -Int(EINTR) {
          failure = Int32(-sent)
          return
        }
      }
    }
    guard link != nil else { return }
    if failure != 0 { event.fail(SocketError(.write, code: failure, peer: peer), direction: .write) }
    if isWriteBlocked || wanted.contains(.write) || failure != 0 { updateInterest(event) }
  }

  private func write(from buffer: borrowing EventBuffer) -> Int {
    buffer.withUnsafeSegments(maximum: Self.pieces) { segments in
      withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: segments.count) { bases in
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: segments.count) { lengths in
          for (index, segment) in segments.enumerated() {
            bases[index] = segment.baseAddress
            lengths[index] = Int64(segment.count)
          }
          return Int(
            sluice_send(descriptor, bases.baseAddress, lengths.baseAddress, Int32(segments.count), isSocket ? 1 : 0))
        }
      }
    }
  }

  // MARK: Ending

  func readingChanged(_ event: BufferEvent, isWanted: Bool) {
    if link != nil { updateInterest(event) }
  }

  func finish(_ event: BufferEvent) {
    guard link != nil, isSocket else { return }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  func close(_ event: BufferEvent) { closeNow(event) }

  func abort(_ event: BufferEvent) {
    if link != nil, isSocket {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }
    closeNow(event)
  }

  private func closeNow(_ event: BufferEvent) {
    guard link != nil else { return }
    link = nil
    onConnected = nil
    // Nobody else may get the number before the poller forgot it.
    try? event.base.watch(self, for: [])
    closeDescriptor(descriptor)
    onClosed?()
    onClosed = nil
  }
}

/// `close`, under a name that no method hides.
func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
