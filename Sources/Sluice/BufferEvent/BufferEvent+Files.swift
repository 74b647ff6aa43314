extension BufferEvent {
  /// Sends a range of a file, behind everything written before, and in front of all that follows; the whole file, as long as
  /// it is now, where no range is given. libevent: `evbuffer_add_file`, `evbuffer_add_file_segment`.
  ///
  /// Where the event is a plain socket or pipe, the kernel sends the bytes from the file itself (`sendfile`); otherwise they
  /// are read in pieces, as the output has room, so that no more of them than the write high mark is in memory. Reading may
  /// wait for the disk, and the loop with it. The file is kept open until its last byte was taken, or thrown away.
  ///
  /// The write callback comes when the file has left, too. Further writes, files, `finish()` and `close()` follow it in order.
  /// A file that becomes shorter meanwhile, or cannot be read, ends the stream with an error that says so, and the other end
  /// sees a reset, not an end. No filter can be put on an event that still has a file to send. Refused as `write` is.
  ///
  /// - Parameters:
  ///   - file: what to send from.
  ///   - range: which bytes; an empty one sends nothing.
  /// - Returns: what became of it; the room is 0 while a file waits.
  /// - Throws: `FileError` where the range goes beyond the end of the file, or its size cannot be told; nothing is sent then.
  @discardableResult
  public func write(file: OpenFile, range: Range<Int>? = nil) throws(FileError) -> WriteOutcome {
    let size = try file.size
    let range = range ?? 0..<size
    guard range.lowerBound >= 0, range.upperBound <= size else {
      throw FileError(.range(range, size: size), file: file.name)
    }
    let refused = flags.intersection(.writeRefused)
    guard refused.subtracting(.filesPending).isEmpty, extras?.files?.endsBehind != true else {
      return .refused(refusal)
    }
    guard !range.isEmpty else { return .accepted(room: writeRoom) }
    let queue = makeExtras().files ?? FileQueue()
    extras?.files = queue
    flags.insert(.filesPending)
    queue.append(FileQueue.Entry(file, range, base))
    moveFiles()
    if flags.contains(.hasTiming) { timingChanged() }
    return .accepted(room: writeRoom)
  }

  /// A write that does not simply join the output: refused, or to stand behind a file.
  @inline(never) func writeBehindFiles(_ append: (inout EventBuffer) -> Void) -> WriteOutcome {
    guard flags.intersection(.writeRefused) == .filesPending, let queue = extras?.files, !queue.endsBehind else {
      return .refused(refusal)
    }
    queue.append(append)
    return .accepted(room: writeRoom)
  }

  /// Bytes of files that wait to be sent. O(files).
  public var pendingFileBytes: Int { extras?.files?.waiting.ofFiles ?? 0 }

  /// What of files moves in a turn of the loop.
  private static var fileTurn: Int { 1024 * 1024 }
  private static var piece: Int { 64 * 1024 }

  /// Moves what has room now of the files, and what stands behind them, to where the event sends from.
  func moveFiles() {
    guard flags.contains(.filesPending), let queue = extras?.files, !queue.isMoving else { return }
    queue.isMoving = true
    defer { queue.isMoving = false }
    var budget = Self.fileTurn
    while let entry = queue.first, !flags.intersects([.failed, .closed, .outputBusy, .stageBusy]) {
      if entry.left == 0 {
        sentFile(entry, queue)
      } else if budget <= 0 {
        return schedule(.pumpDown)
      } else if transport != nil, !outputBuffer.isEmpty {
        // What stands in front leaves first: then the transport is asked.
        return
      } else if let sent = sendStraight(entry, budget) {
        guard sent > 0 else { return }
        entry.took(sent)
        budget -= sent
        self.sent()
      } else {
        guard let read = readPiece(entry) else { return }
        entry.took(read)
        budget -= read
        pushDown()
      }
    }
  }

  /// Has the transport send by itself. 0 where it has to wait, nil where it cannot.
  private func sendStraight(_ entry: FileQueue.Entry, _ most: Int) -> Int? {
    guard let transport, outputBuffer.watchers == nil else { return nil }
    guard !flags.intersects(.sendBlocked) else { return 0 }
    return transport.send(entry.file, from: entry.offset, upTo: min(entry.left, most), self)
  }

  /// Reads into the output; nil where that has no room, or the file has failed.
  private func readPiece(_ entry: FileQueue.Entry) -> Int? {
    let room = writeHigh &- outputBuffer.count
    guard room > 0 else { return nil }
    do {
      var bytes = base.makeBuffer()
      let got = try entry.file.read(upTo: min(entry.left, room, Self.piece), from: entry.offset, into: &bytes)
      guard got > 0 else {
        throw FileError(.shrunk(offset: entry.offset, end: entry.offset + entry.left), file: entry.file.name)
      }
      flags.insert(.outputBusy)
      outputBuffer.append(&bytes)
      flags.remove(.outputBusy)
      return got
    } catch {
      fail(StreamError(.transport(error), direction: .write))
      // What the layers below have sent is not all there was to be.
      underlying?.abort()
      return nil
    }
  }

  /// The first file has left: what was written behind it joins the output, and the end where nothing follows.
  private func sentFile(_ entry: FileQueue.Entry, _ queue: FileQueue) {
    queue.removeFirst()
    flags.insert(.outputBusy)
    outputBuffer.append(&entry.behind)
    flags.remove(.outputBusy)
    if queue.first == nil {
      extras?.files = nil
      flags.remove(.filesPending)
      if queue.endsBehind { flags.insert(.finishing) }
      sent()
    }
    pushDown()
  }

  /// Takes what was appended to the output out again, and puts it behind the files.
  func moveBehindFiles(from before: Int) {
    guard let queue = extras?.files, outputBuffer.count > before else { return }
    var ahead = base.makeBuffer()
    ahead.append(upTo: before, from: &outputBuffer)
    queue.append { $0.append(&outputBuffer) }
    outputBuffer.append(&ahead)
  }

  /// Lets go of the files, and of what stands behind them.
  func dropFiles() {
    guard let queue = extras?.files else { return }
    let lost = queue.waiting.ofMemory
    extras?.files = nil
    extras?.lostOutput += lost
    flags.remove(.filesPending)
  }
}
