import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension DescriptorTransport {
  /// What is read or written in one turn, so that a fast descriptor does not hold up the others, nor a slow disk the loop.
  private static var budget: Int { 256 * 1024 }
  private static var readSize: Int { 64 * 1024 }
  private static var mostPieces: Int { 64 }

  func receiveBehindFailure(_ event: BufferEvent) { receive(event) }

  /// Reads what is there, as far as the input and this turn allow.
  func receive(_ event: BufferEvent) {
    var budget = Self.budget
    while budget > 0, let input, event.wantsBytes {
      let size = min(Self.readSize, event.inputRoom, budget)
      var bytes = base.makeBuffer()
      let got = input.read(upTo: size, into: &bytes)
      if got <= 0 {
        // Whoever was at the other end of the terminal is gone.
        let isEnd = got == -Int(EIO) && input.kind == .terminal
        readEnded(event, isEnd ? 0 : got, at: input.description)
        break
      }
      budget -= got
      if isBroken { waitedAtFailure -= got }
      event.receive(&bytes)
      // What was not filled has emptied the pipe; a file may say so and end, which the next read tells.
      if got < size, !input.isAlwaysReady { break }
    }
    updateInterest(event)
  }

  func outputReady(_ event: BufferEvent) {
    guard link != nil else { return }
    // Where an event was dropped, its heir comes here first.
    link = Unmanaged.passUnretained(event)
    guard let output else { return }
    guard !isWriteBlocked else { return outputIsStuck(event) }
    var failure: Int32 = 0
    event.sendOutput { buffer in failure = send(&buffer, to: output) }
    if failure != 0 { broke(event, failure) }
    updateInterest(event)
    if event.flags.contains(.filesPending), !isWriteBlocked { event.moveFiles() }
  }

  func send(_ file: OpenFile, from offset: Int, upTo count: Int, _ event: BufferEvent) -> Int? {
    guard link != nil, let output, output.kind == .pipe else { return nil }
    guard !isWriteBlocked else { return 0 }
    let sent = Int(sluice_file_send(file.descriptor, Int64(offset), Int64(min(count, Self.budget)), output.descriptor))
    if sent == -Int(EAGAIN) { isWriteBlocked = true }
    updateInterest(event)
    // What else went wrong shows where the bytes are read and written.
    return sent > 0 ? sent : isWriteBlocked ? 0 : nil
  }

  /// Writes until it would block, or this turn is over, and tells what failed, with 0 for nothing.
  private func send(_ buffer: inout EventBuffer, to output: AdoptedDescriptor) -> Int32 {
    var budget = Self.budget
    while !buffer.isEmpty, budget > 0 {
      let sent = output.write(from: buffer, pieces: Self.mostPieces)
      if sent < 0 {
        let code = Int32(-sent)
        isWriteBlocked = true
        return code == EAGAIN || code == EWOULDBLOCK || code == EINTR ? 0 : code
      }
      buffer.drain(sent)
      budget -= sent
    }
    isWriteBlocked = !buffer.isEmpty
    return 0
  }
}

extension AdoptedDescriptor {
  /// One system call. The number of bytes, 0 at the end, or a negative errno.
  fileprivate func read(upTo size: Int, into buffer: inout EventBuffer) -> Int {
    buffer.fill(upTo: size) { bytes, count in
      var piece = iovec(iov_base: bytes, iov_len: count)
      return Int(
        kind == .socket ? sluice_receive_now(descriptor, &piece, 1) : sluice_receive_pieces(descriptor, &piece, 1))
    } scatter: { pieces in
      let count = Int32(pieces.count)
      return Int(
        kind == .socket
          ? sluice_receive_now(descriptor, pieces.baseAddress, count)
          : sluice_receive_pieces(descriptor, pieces.baseAddress, count))
    }
  }

  /// One system call. The number of bytes, or a negative errno.
  fileprivate func write(from buffer: borrowing EventBuffer, pieces most: Int) -> Int {
    let (sent, _) = buffer.lendPieces(maximum: most) { bytes, count in
      var piece = iovec(iov_base: bytes, iov_len: count)
      return Int(kind == .socket ? sluice_send_now(descriptor, &piece, 1) : sluice_write_pieces(descriptor, &piece, 1))
    } gather: { pieces in
      let count = Int32(pieces.count)
      return Int(
        kind == .socket
          ? sluice_send_now(descriptor, pieces.baseAddress, count)
          : sluice_write_pieces(descriptor, pieces.baseAddress, count))
    }
    return sent
  }
}
