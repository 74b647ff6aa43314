import Testing

@testable import Sluice

/// A link in memory that a test moves by hand.
private final class HandTransport: Transport {
  let name = "hand"
  var log: [String] = []
  var sent = ""
  /// How many bytes it takes when output is ready.
  var appetite = Int.max

  func outputReady(_ event: BufferEvent) {
    log.append("output ready")
    send(event)
  }

  func send(_ event: BufferEvent) {
    event.sendOutput { sent += $0.readString(upTo: appetite) }
  }

  func readingChanged(_ event: BufferEvent, isWanted: Bool) { log.append(isWanted ? "wanted" : "not wanted") }
  func finish(_ event: BufferEvent) { log.append("finish") }
  func close(_ event: BufferEvent) { log.append("close") }
  func abort(_ event: BufferEvent) { log.append("abort") }

  func take() -> [String] {
    defer { log = [] }
    return log
  }
}

private func bytes(_ text: String) -> EventBuffer {
  var buffer = EventBuffer()
  buffer.append(text)
  return buffer
}

struct TransportTests {
  private func onTransport(_ body: (EventBase, HandTransport, BufferEvent) throws -> Void) throws {
    try inVirtualTime { base in
      let transport = HandTransport()
      try body(base, transport, BufferEvent(base: base, transport: transport))
    }
  }

  private func receive(_ text: String, _ event: BufferEvent) -> Int {
    var buffer = bytes(text)
    event.receive(&buffer)
    return buffer.count
  }

  @Test func `output is offered when it is written, and what is taken calls the write callback`() throws {
    try onTransport { base, transport, event in
      let log = EventLog()
      log.follow(event)
      transport.appetite = 3
      event.write("abcdef")
      #expect(transport.sent == "abc")
      #expect(event.outputText == "def")
      try base.settle()
      #expect(log.take() == [])
      transport.send(event)
      try base.settle()
      #expect(transport.sent == "abcdef")
      #expect(log.take() == ["write 0"])
    }
  }

  @Test func `nothing leaves while writing is held back`() throws {
    try onTransport { _, transport, event in
      event.disable(.write)
      event.write("abc")
      event.finish()
      transport.send(event)
      #expect(transport.sent == "")
      #expect(!transport.log.contains("finish"))
      event.enable(.write)
      #expect(transport.sent == "abc")
      #expect(transport.take().last == "finish")
    }
  }

  @Test func `bytes that are received are announced, past the high mark too`() throws {
    try onTransport { base, transport, event in
      let log = EventLog()
      log.follow(event)
      event.readMarks = Watermarks(high: 4)
      #expect(event.inputRoom == 4)
      #expect(receive("abcdef", event) == 0)
      #expect(event.inputRoom == 0)
      try base.settle()
      #expect(log.take() == ["read 6"])
      _ = transport.take()
      event.input.drain(3)
      #expect(transport.take() == ["wanted"])
      #expect(event.inputRoom == 1)
    }
  }

  @Test func `the transport is told when reading stops and goes on`() throws {
    try onTransport { _, transport, event in
      event.disable(.read)
      event.enable(.read)
      event.suspend(.read)
      event.resume(.read)
      #expect(transport.take() == ["not wanted", "wanted", "not wanted", "wanted"])
    }
  }

  @Test func `bytes that come while the input is in use stay with the transport, which is told afterwards`() throws {
    try onTransport { _, transport, event in
      use(&event.input) { _ in #expect(receive("abc", event) == 3) }
      #expect(transport.take() == ["wanted"])
      #expect(receive("abc", event) == 0)
      #expect(event.inputText == "abc")
    }
  }

  @Test func `C18: connected comes before what was received`() throws {
    try onTransport { base, transport, event in
      let log = EventLog()
      log.follow(event)
      _ = receive("abc", event)
      event.receiveEnd()
      event.receiveEnd()
      event.connected()
      try base.settle()
      #expect(log.take() == ["connected", "read 3", "endOfInput"])
      #expect(receive("late", event) == 0)
      #expect(event.inputText == "abc")
    }
  }

  @Test func `finish comes behind the last byte, once, and reading goes on`() throws {
    try onTransport { base, transport, event in
      transport.appetite = 2
      event.write("abcd")
      event.finish()
      #expect(transport.sent == "abcd")
      event.finish()
      transport.send(event)
      #expect(transport.log.filter { $0 == "finish" }.count == 1)
      _ = receive("answer", event)
      #expect(event.inputText == "answer")
      event.close()
      #expect(transport.take().suffix(1) == ["close"])
    }
  }

  @Test func `close drains, finishes and closes, in this order`() throws {
    try onTransport { base, transport, event in
      transport.appetite = 1
      event.write("abc")
      _ = receive("unread", event)
      event.close()
      #expect(receive("thrown away", event) == 0)
      #expect(event.unread == 0)
      #expect(transport.take().contains("close") == false)
      transport.send(event)
      #expect(transport.sent == "abc")
      #expect(transport.take() == ["finish", "close"])
    }
  }

  @Test func `a dropped event is drained by another in its place`() throws {
    try inVirtualTime { base in
      let transport = HandTransport()
      transport.appetite = 0
      var event: BufferEvent? = BufferEvent(base: base, transport: transport)
      event?.write("kept")
      event = nil
      #expect(base.lingering.count == 1)
      let heir = try #require(base.lingering.values.first as? BufferEvent)
      transport.appetite = .max
      transport.send(heir)
      #expect(transport.sent == "kept")
      #expect(transport.take().suffix(2) == ["finish", "close"])
    }
  }

  @Test func `abort and free tell the transport once, and nothing is called later`() throws {
    try onTransport { base, transport, event in
      event.disable(.write)
      event.write("lost")
      event.abort()
      event.abort()
      #expect(transport.take() == ["output ready", "abort"])
    }
    try onTransport { base, transport, event in
      event.free()
      event.close()
      #expect(transport.take() == ["close"])
    }
  }

  @Test func `an error ends both directions, once, and is kept`() throws {
    struct Broken: Error, CustomStringConvertible { let description = "broken" }
    try onTransport { base, transport, event in
      let log = EventLog()
      log.follow(event)
      event.readTimeout = .seconds(1)
      transport.appetite = 0
      event.write("lost")
      _ = receive("kept", event)
      event.fail(Broken(), direction: .read)
      event.fail(Broken())
      event.receiveEnd()
      try base.run()
      #expect(log.take() == ["read 4", "error transport(broken)"])
      #expect(event.failure?.direction == .read)
      #expect(event.unsent == 0)
      #expect(event.write("x") == .refused(.failed))
      #expect(receive("late", event) == 0)
      #expect(event.inputText == "kept")
      _ = transport.take()
      event.close()
      #expect(transport.take() == ["close"])
    }
  }

  @Test func `an error while the event closes ends that`() throws {
    try onTransport { base, transport, event in
      transport.appetite = 0
      event.write("stuck")
      event.close()
      event.fail(StreamError(.reset))
      #expect(base.lingering.isEmpty)
      #expect(transport.take().last == "close")
    }
  }

  @Test func `timeouts count over a transport as over a pair`() throws {
    try onTransport { base, transport, event in
      let log = EventLog()
      event.onEvent = { log.add("\(base.elapsed) \($1.words)") }
      event.readTimeout = .milliseconds(70)
      event.writeTimeout = .milliseconds(50)
      transport.appetite = 1
      event.write("abc")
      base.schedule(after: .milliseconds(30)) { transport.send(event) }
      try base.run()
      #expect(log.take() == ["70 timeout reading", "80 timeout writing"])
    }
  }
}
