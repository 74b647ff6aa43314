import SluiceTesting
import Testing

@testable import Sluice

/// How an event over a transport ends.
struct TransportEndingTests {
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
      #expect(transport.log.filter { $0 == "finish" }.count == 1)
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

  enum Unread: CaseIterable { case full, disabled, suspended }

  @Test(arguments: Unread.allCases, [true, false])
  func `ends that are closed with more to send than is under way read on, and both end`(unread: Unread, dropping: Bool)
    throws
  {
    try inVirtualTime { base in
      let link = SimulatedLink(on: base, LinkConditions(latency: .milliseconds(1), window: 1_000))
      var ends: [BufferEvent] = []
      for end in [link.makeEnds()].flatMap({ [$0, $1] }) {
        ends.append(end)
        switch unread {
        case .full: end.readMarks = Watermarks(high: 10)
        case .disabled: end.disable(.read)
        case .suspended: end.suspend(.read)
        }
        end.write(pattern(5_000))
      }
      try base.run(for: .seconds(1))
      #expect(ends.allSatisfy { $0.unsent > 0 })
      if !dropping { for end in ends { end.close() } }
      ends = []
      try base.run()
      #expect(base.lingering.isEmpty)
    }
  }

  @Test func `an end that closes while its input is in use takes what comes when that is over`() throws {
    try onTransport { base, transport, event in
      transport.appetite = 0
      event.write("waits")
      event.readMarks = Watermarks(high: 4)
      _ = receive("full", event)
      use(&event.input) { _ in
        event.close()
        _ = transport.take()
      }
      #expect(transport.take().contains("wanted"))
      event.abort()
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
      #expect(transport.take() == ["abort"])
    }
  }

  @Test func `an error while the event closes ends that`() throws {
    try onTransport { base, transport, event in
      transport.appetite = 0
      event.write("stuck")
      event.close()
      event.fail(StreamError(.reset))
      #expect(base.lingering.isEmpty)
      #expect(transport.take().last == "abort")
    }
  }
}
