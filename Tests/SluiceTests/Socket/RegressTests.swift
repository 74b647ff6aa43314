import Testing

@testable import Sluice

/// libevent's regress_bufferevent.c over sockets: what holds there, holds here, and what is broken there is mended.
@Suite struct RegressTests {
  @Test(arguments: PollerKind.all, [FlushMode?.none, .normal, .flush, .finished])
  func `8,333 bytes come whole, and the writer is told once that all have left (bufferevent, _flush)`(
    poller: PollerKind, mode: FlushMode?
  ) throws {
    try onEndingBase(poller) { base in
      let (left, right) = try base.socketPair()
      #expect(left.partner == nil && left.underlying == nil)
      let log = EventLog()
      log.follow(left)
      var got: [UInt8] = []
      right.onRead = { got += $0.input.read() }
      let bytes = (0..<8_333).map { UInt8(truncatingIfNeeded: $0) }
      left.write(bytes)
      if let mode { left.flush(mode) }
      try base.run(until: "all bytes") { got.count == bytes.count }
      try base.runUntilIdle()
      #expect(got == bytes)
      #expect(log.take() == ["write 0"])
      #expect(right.isInputEnded == (mode == .finished))
    }
  }

  @Test(arguments: PollerKind.all)
  func `a reader gets no less than its low mark and no more than its high one (bufferevent_watermarks)`(
    poller: PollerKind
  ) throws {
    try onEndingBase(poller) { base in
      let (left, right) = try base.socketPair()
      #expect(left.readMarks.low == 0 && left.writeMarks.low == 0)
      right.readMarks = Watermarks(low: 10, high: 20)
      left.writeMarks = Watermarks(low: 100)
      var (total, sizes): (Int, Set<Int>) = (0, [])
      right.onRead = { event in
        sizes.insert(event.inputCount)
        total += event.input.drain()
      }
      var waiting: [Int] = []
      left.onWrite = { waiting.append($0.outputCount) }
      // More than the kernel takes at once.
      left.write([UInt8](repeating: 1, count: 650_000))
      left.finish()
      try base.run(until: "the end") { right.isInputEnded }
      try base.runUntilIdle()
      #expect(total == 650_000)
      #expect(sizes.allSatisfy { (10...20).contains($0) })
      #expect(!waiting.isEmpty && waiting.allSatisfy { $0 <= 100 })
      #expect((left.transport as? SocketTransport)?.wanted.contains(.write) == false)
    }
  }

  @Test(arguments: PollerKind.all)
  func `filters on both ends change the bytes and back, one call for all (bufferevent_filters)`(
    poller: PollerKind
  ) throws {
    try onEndingBase(poller) { base in
      let (lower, upper) = try base.socketPair()
      let left = try lower.filtered(by: Doubler())
      let right = try upper.filtered(by: Doubler())
      #expect(left.underlying === lower)
      var (got, calls) = (0, 0)
      right.onRead = { event in
        calls += 1
        got += event.input.drain()
      }
      left.write([UInt8](repeating: 7, count: 8_333))
      try base.run(until: "all bytes") { got == 8_333 }
      #expect(calls <= 8, "not a call a byte")
      left.close()
      right.close()
    }
  }

  @Test(arguments: PollerKind.all, [false, true])
  func `4,116 bytes pass marks of 4,096 in every layer (bufferevent_filter_data_stuck)`(
    poller: PollerKind, isSlow: Bool
  ) throws {
    try onEndingBase(poller) { base in
      let (lower, upper) = try base.socketPair()
      let left = try lower.filtered(by: Header())
      let right = try upper.filtered(by: Header())
      left.setAllMarks(4_096)
      right.setAllMarks(4_096)
      var got = 0
      right.onRead = { event in
        got += event.input.drain(isSlow ? 1_000 : .max)
        if event.inputCount > 0 { event.trigger(.read) }
      }
      left.write([UInt8](repeating: 9, count: 4_116))
      try base.run(until: "all bytes") { got == 4_116 }
      left.close()
      right.close()
    }
  }

  @Test func `a filter over a socket may be put on and dropped, unused (bufferevent_socket_filter_inactive)`() throws {
    try onEndingBase { base in
      let (left, right) = try base.socketPair()
      weak let gone = left
      _ = try left.filtered(by: Pass())
      try base.run(until: "the end") { right.isInputEnded }
      #expect(gone?.isClosed != false)
    }
  }

  @Test(arguments: PollerKind.all)
  func `two clients get a server's last words and its end, in at least two reads (bufferevent_connect)`(
    poller: PollerKind
  ) throws {
    try onSockets(poller) { base in
      let words = "Now is the time for all good events to signal for the good of their protocol"
      let listener = try base.listen(at: .loopback()) { event, _ in
        event.write(words)
        event.close()
      }
      var (reads, ends, texts) = (0, 0, "")
      for _ in 0..<2 {
        let client = base.connect(to: listener.address)
        client.onRead = { event in
          reads += 1
          texts += event.readAll()
        }
        client.onEvent = { event, what in
          if case .connected = what { return }
          ends += what.isEndOfInput ? 1 : 10
          event.close()
          if ends == 2 { listener.close() }
        }
      }
      try base.run()
      #expect(ends == 2)
      #expect(reads >= 2)
      #expect(texts == words + words)
    }
  }

  @Test func `timeouts are told once, each at its time, and not for a side that has nothing to write (_timeout)`()
    throws
  {
    let base = EventBase(clock: .virtual)
    let (left, right) = try base.socketPair()
    var told: [String] = []
    left.readTimeout = .milliseconds(150)
    left.writeTimeout = .milliseconds(100)
    right.writeTimeout = .milliseconds(100)
    right.disable(.read)
    for (event, name) in [(left, "left"), (right, "right")] {
      event.onEvent = { told.append("\(name) \($1.words) at \($0.base.elapsed)") }
    }
    // More than the kernel takes: the rest waits.
    left.write([UInt8](repeating: 1, count: 5_000_000))
    try base.run(for: .seconds(2))
    #expect(told == ["left timeout writing at 100", "left timeout reading at 150"])
    #expect(left.enabled.isEmpty)
    left.abort()
    right.abort()
  }

  @Test(arguments: PollerKind.all)
  func `a trigger below the low mark calls nobody, unless marks are ignored (bufferevent_trigger)`(
    poller: PollerKind
  ) throws {
    try onEndingBase(poller) { base in
      let (left, right) = try base.socketPair()
      let log = EventLog()
      log.follow(right)
      right.readMarks = Watermarks(low: 100)
      left.write("a few bytes")
      try base.run(until: "the bytes") { right.inputCount == 11 }
      right.trigger(.read)
      try base.runUntilIdle()
      #expect(log.take() == [])
      right.trigger(.read, .ignoringWatermarks)
      right.trigger(.notice("invented"))
      #expect(log.take() == [], "from the loop, and from nowhere else")
      try base.runUntilIdle()
      #expect(log.take() == ["read 11", "notice invented"])
    }
  }

  @Test(arguments: PollerKind.all)
  func `enabling a connected socket with nothing to write calls nobody (S11, #451)`(poller: PollerKind) throws {
    try onEndingBase(poller) { base in
      let (left, right) = try base.tcpPair()
      let log = EventLog()
      log.follow(left)
      left.disable(.write)
      left.enable(.both)
      // What comes later shows that nothing came before.
      right.write("x")
      try base.run(until: "the byte") { left.inputCount == 1 }
      try base.runUntilIdle()
      #expect(log.take() == ["read 1"])
    }
  }
}
