import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension SocketTransport {
  /// What one connection may write in a turn, so that a fast one does not hold up the others.
  private static var writeBudget: Int { 1024 * 1024 }
  private static var mostPieces: Int { 64 }

  func outputReady(_ event: BufferEvent) {
    guard link != nil else { return }
    // Where an event was dropped, its heir comes here first.
    link = Unmanaged.passUnretained(event)
    guard !isWriteBlocked else { return outputIsStuck(event) }
    if inlet != nil { return outputReadyBehindPipe(event) }
    guard let waiting = event.beginSending() else { return }
    let failure = send(&event.outputBuffer)
    event.endSending(waiting)
    if failure != 0 { broke(event, failure) }
    if isWriteBlocked || wanted.contains(.write) { updateInterest(event) }
    if event.flags.contains(.filesPending), !isWriteBlocked { event.moveFiles() }
  }

  /// Bytes that were written go behind those in the pipe.
  private func outputReadyBehindPipe(_ event: BufferEvent) {
    let isWanted = !event.outputBuffer.isEmpty || event.flags.contains(.finishing)
    if isWanted { inlet?.leave() } else { inlet?.pump() }
  }

  func send(_ file: OpenFile, from offset: Int, upTo count: Int, _ event: BufferEvent) -> Int? {
    guard link != nil, inlet == nil else { return nil }
    guard !isWriteBlocked else { return 0 }
    let sent = Int(sluice_file_send(file.descriptor, Int64(offset), Int64(count), descriptor))
    switch Int32(truncatingIfNeeded: -sent) {
    case EAGAIN, EWOULDBLOCK: isWriteBlocked = true
    case EPIPE, ECONNRESET, ECONNABORTED, ETIMEDOUT, ENETDOWN, ENETUNREACH, EHOSTUNREACH: broke(event, Int32(-sent))
    // The file has ended, or the two do not go together: who reads it instead learns why.
    case 0...Int32.max: return nil
    default: isWriteBlocked = sent < count
    }
    if isWriteBlocked { updateInterest(event) }
    return max(sent, 0)
  }

  /// Sends until the kernel would block, and tells what failed, with 0 for nothing.
  @inline(__always) private func send(_ buffer: inout EventBuffer) -> Int32 {
    var budget = Self.writeBudget
    while link != nil, !buffer.isEmpty {
      let (sent, given) = write(from: buffer)
      if sent < 0 {
        isWriteBlocked = true
        let code = Int32(-sent)
        return code == EAGAIN || code == EWOULDBLOCK || code == EINTR ? 0 : code
      }
      buffer.drain(lent: sent)
      budget &-= sent
      // What was not taken whole has filled the kernel's buffer.
      if sent < given || (budget <= 0 && !buffer.isEmpty) {
        isWriteBlocked = true
        return 0
      }
    }
    return 0
  }

  @inline(__always) private func write(from buffer: borrowing EventBuffer) -> (result: Int, given: Int) {
    // Not by way of `self`, which would be retained for the call.
    let descriptor = descriptor
    return buffer.lendPieces(maximum: Self.mostPieces) { bytes, count in
      Int(sluice_send(descriptor, bytes, Int64(count)))
    } gather: { pieces in
      Int(sluice_send_pieces(descriptor, pieces.baseAddress, Int32(pieces.count)))
    }
  }
}
