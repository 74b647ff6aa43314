import Testing

@testable import Sluice

/// What a socket's transport reads, when, and how much of it.
struct SocketReadingTests {
  /// Two ends of a Unix socket, whose kernel buffers take some hundred KiB.
  private func onPair(_ poller: PollerKind, _ body: (EventBase, BufferEvent, BufferEvent) throws -> Void) throws {
    let base = EventBase(clock: .virtual, poller: poller)
    do {
      let (left, right) = try base.socketPair()
      try body(base, left, right)
      left.close()
      right.close()
      try base.settle()
    }
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }

  @Test(arguments: [PollerKind.automatic, .poll])
  func `S6: draining below the high mark brings what the kernel holds, at once and without a callback`(
    poller: PollerKind
  ) throws {
    try onPair(poller) { base, left, right in
      let data = sampleBytes(90_000)
      right.readMarks = Watermarks(high: 10_000)
      left.write(data)
      var received: [UInt8] = []
      var calls = 0
      right.onRead = { event in
        calls += 1
        while event.inputCount > 0 {
          #expect(event.inputCount <= 10_000)
          received += event.input.read()
        }
      }
      try base.settle()
      #expect(isSame(received, data))
      #expect(calls < 9)
    }
  }

  @Test(arguments: [PollerKind.automatic, .poll])
  func `a full input stops reading, and the loop comes to rest`(poller: PollerKind) throws {
    try onPair(poller) { base, left, right in
      right.readMarks = Watermarks(high: 1_000)
      left.write(sampleBytes(5_000))
      try base.settle()
      #expect(right.inputCount == 1_000)
      let waits = base.waits
      try base.settle()
      #expect(base.waits == waits)
      right.readMarks = Watermarks(high: 3_000)
      try base.settle()
      #expect(right.inputCount == 3_000)
    }
  }

  @Test(arguments: [PollerKind.automatic, .poll])
  func `disabled reading leaves bytes in the kernel, and enabling brings them`(poller: PollerKind) throws {
    try onPair(poller) { base, left, right in
      let log = EventLog()
      log.follow(right)
      right.disable(.read)
      left.write("hello")
      left.finish()
      try base.settle()
      #expect(right.inputCount == 0)
      #expect(log.take() == [])
      right.enable(.read)
      try base.settle()
      #expect(log.take() == ["read 5", "endOfInput"])
    }
  }

  @Test(arguments: [PollerKind.automatic, .poll])
  func `S7: the end of the input leaves writing open, and comes once`(poller: PollerKind) throws {
    try onPair(poller) { base, left, right in
      let log = EventLog()
      log.follow(right, "right", reading: true)
      log.follow(left, "left", reading: true)
      left.finish()
      try base.settle()
      #expect(log.take() == ["right endOfInput"])
      right.write("still open")
      try base.settle()
      #expect(log.take() == ["right write 0", "left read 10"])
      right.finish()
      try base.settle()
      #expect(log.take() == ["left endOfInput"])
    }
  }

  @Test func `many that are ready share a round`() throws {
    let base = EventBase()
    let pairs = try (0..<40).map { _ in try base.socketPair() }
    var first: [Int: Int] = [:]
    var total = 0
    for (index, (left, right)) in pairs.enumerated() {
      left.write(sampleBytes(150_000))
      #expect(left.outputCount == 0, "the kernel takes it whole")
      right.onRead = { event in
        if first[index] == nil { first[index] = event.inputCount }
        total += event.input.drain()
      }
    }
    try base.settle()
    #expect(first.count == 40)
    #expect(first.values.allSatisfy { $0 <= 131_072 })
    #expect(total == 40 * 150_000)
    for (left, right) in pairs {
      left.close()
      right.close()
    }
    try base.settle()
  }

  @Test func `one that is ready alone reads on without another wait, and not for ever`() {
    let base = EventBase()
    base.readyCount = 1
    #expect(SocketTransport.readBudget(of: base) == 1_048_576)
    base.readyCount = 16
    #expect(SocketTransport.readBudget(of: base) == 262_144)
    base.readyCount = 1_000
    #expect(SocketTransport.readBudget(of: base) == 131_072)
  }

  @Test func `reads grow while they are filled, and shrink again`() throws {
    try onPair(.automatic) { base, left, right in
      let transport = try #require(right.transport as? SocketTransport)
      right.onRead = { $0.input.drain() }
      #expect(transport.readSize == 4_096)
      left.write(sampleBytes(150_000))
      try base.settle()
      #expect(transport.readSize == 262_144)
      for _ in 0..<10 {
        left.write("small")
        try base.settle()
      }
      #expect(transport.readSize == 4_096)
    }
  }

  @Test(arguments: [1, 100, 5_000, 70_000])
  func `small messages that nobody reads share their segments`(size: Int) throws {
    try onPair(.automatic) { base, left, right in
      let message = sampleBytes(size)
      for _ in 0..<min(1_000, 200_000 / size) {
        left.write(message)
        if size < 5_000 { try base.settle() }
      }
      try base.settle()
      var capacity = 0
      var next = right.inputBuffer.head
      while let segment = next {
        capacity += segment.pointee.capacity
        next = segment.pointee.next
      }
      #expect(right.inputCount >= min(1_000, 200_000 / size) * size)
      #expect(capacity < right.inputCount * 2 + 8_192)
    }
  }

  @Test(arguments: ["count", "abort", "disable"])
  func `watchers of a socket's input are told, and may do anything`(what: String) throws {
    try onPair(.automatic) { base, left, right in
      var added = 0
      right.input.addWatcher { [weak right] _, change in
        added += change.added
        if what == "abort" { right?.abort() }
        if what == "disable" { right?.disable(.read) }
      }
      left.write(sampleBytes(100_000))
      try base.settle()
      #expect(what == "count" ? added == 100_000 : added > 0)
    }
  }

  @Test func `the read timeout of a socket is told once, and disables reading`() throws {
    try onPair(.automatic) { base, left, right in
      let log = EventLog()
      log.follow(right, reading: true)
      right.readTimeout = .seconds(5)
      try base.run(for: .seconds(4))
      left.write("x")
      try base.run(for: .seconds(4))
      #expect(log.take() == ["read 1"])
      try base.run(for: .seconds(60))
      #expect(log.take() == ["timeout reading"])
      #expect(right.enabled == .write)
    }
  }
}
