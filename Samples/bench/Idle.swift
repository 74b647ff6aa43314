import Sluice

extension Bench {
  nonisolated func idle() throws {
    let base = EventBase()
    let block = [UInt8](repeating: 0x78, count: size)
    var held: [(BufferEvent, BufferEvent)] = []
    held.reserveCapacity(count)
    var answers = 0
    let (size, count) = (self.size, self.count)
    let onAnswer: (BufferEvent) -> Void = { event in
      guard event.inputCount >= size else { return }
      event.input.drain()
      answers += 1
      if answers == count { event.base.stop() }
    }
    let onQuestion: (BufferEvent) -> Void = { event in
      guard event.inputCount >= size else { return }
      event.input.drain()
      event.write(block)
    }
    let onEvent: (BufferEvent, StreamEvent) -> Void = { _, event in
      if case .connected = event { return }
      print("unexpected:", event)
    }
    let contexts = try contexts()
    let before = residentBytes()
    for _ in 0..<count {
      let (left, right) = try ends(base, contexts)
      left.onRead = onAnswer
      right.onRead = onQuestion
      left.onEvent = onEvent
      right.onEvent = onEvent
      left.write(block)
      held.append((left, right))
      // One handshake after another, as the bare library does them: what many at a time leave in the allocator is not what
      // an idle connection holds.
      if contexts != nil { try base.runUntilIdle() }
    }
    if contexts == nil { try base.run() }
    guard answers == count else { throw BenchError(message: "\(count - answers) pairs got no answer") }
    report([("bytes_per_pair", Double(residentBytes() - before) / Double(count))])
    withExtendedLifetime(held) {}
  }
}
