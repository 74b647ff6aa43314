extension Relay {
  /// Moves what is in an event's input to the other's output, as far as that has room, and the end behind it.
  func move(from end: RelayEnd) {
    guard !isEnding, !end.isDone else { return }
    let source = end.event
    let target = self.end(end.side.other)
    let before = end.moved
    while source.inputCount > 0 {
      // What left the input may have brought more from below.
      guard let moved = moveBytes(from: source, to: target) else { return }
      if moved == 0 { return awaitRoom(target) }
      end.moved += moved
      if idleTimer != nil { lastMove = base.currentTime() }
    }
    if source.isInputEnded { return passEnd(from: end, to: target) }
    if options.allowsSplice, end.moved - before >= Self.leastToSplice { spliceIfWorthwhile(end) }
  }

  /// How many bytes moved; nil where the target takes no more at all.
  private func moveBytes(from source: BufferEvent, to target: RelayEnd) -> Int? {
    let sink = target.event
    let room = sink.writeRoom
    let count = source.inputCount
    guard room > 0 else { return 0 }
    if count <= room { return accepts(sink.write(&source.input), target) ? count : nil }
    let whole = source.inputBuffer.wholeSegments(upTo: room)
    // A segment is cut only where it alone is longer than the mark.
    let step = whole > 0 ? whole : sink.outputCount == 0 ? room : 0
    guard step > 0 else { return 0 }
    var part = base.makeBuffer()
    part.append(upTo: step, from: &source.input)
    if accepts(sink.write(&part), target) { return step }
    source.input.prepend(&part)
    return nil
  }

  private func accepts(_ outcome: WriteOutcome, _ target: RelayEnd) -> Bool {
    guard case .refused(let why) = outcome else { return true }
    switch why {
    // The event tells by itself, or has let go of everything soon.
    case .failed, .closed: break
    case .peerClosed, .unlinked, .finished, .underneath, .busy: stoppedReading(target)
    }
    return false
  }

  /// Goes on when the target's output has room again.
  private func awaitRoom(_ target: RelayEnd) {
    guard target.event.writeBox == nil else { return }
    let source = end(target.side.other)
    target.event.onWrite = { [unowned self] event in
      event.onWrite = nil
      move(from: source)
    }
  }

  private func passEnd(from end: RelayEnd, to target: RelayEnd) {
    end.isDone = true
    end.hasPassedEnd = true
    if firstEnded == nil { firstEnded = end.side }
    target.event.finish()
    endIfDone()
  }

  /// Moves all of an input, whatever the marks: it is the last there is.
  func moveAll(from end: RelayEnd) {
    end.lane?.leave()
    let source = end.event
    let count = source.inputCount
    guard count > 0, !end.isDone else { return }
    if self.end(end.side.other).event.write(&source.input).isAccepted { end.moved += count }
  }
}
