import Testing

@testable import Sluice

struct TransportTests {
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
