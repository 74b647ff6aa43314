import Sluice
import Testing

@testable import SluiceProxyProtocol

/// Reader and writer on a stack, over a pair.
struct StackTests {
  private let header = ProxyHeader.from("192.0.2.7:56324", to: "198.51.100.1:443")
  private let words = "connected: from 192.0.2.7:56324 to 198.51.100.1:443"

  @Test(arguments: ProxyHeader.Version.allCases)
  func `the header is told before the first byte, and both directions pass`(version: ProxyHeader.Version) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let server = try right.readingProxyHeader()
      let client = try left.writingProxyHeader(header, version: version)
      let (there, here) = (Witness(server), Witness(client))
      #expect(server.proxyHeader == nil)
      #expect(server.debugDescription.hasPrefix("filter proxy header (none yet)"))
      client.write("hello")
      server.write("banner")
      try base.runUntilIdle()
      #expect(there.log == [words, "read"])
      #expect(there.text == "hello")
      #expect(here.text == "banner")
      #expect(server.proxyHeader == header)
      client.finish()
      server.finish()
      try base.run()
      #expect(base.now.nanoseconds == 0, "no timer is left")
      #expect(there.log.last == "end")
      #expect(here.log == ["read", "end"])
      client.close()
      server.close()
    }
  }

  @Test func `what is written waits for the header`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let server = try right.readingProxyHeader()
      let here = Witness(left)
      server.write("220 ready")
      server.finish()
      left.write("PROXY TCP4 192.0.2.7 198.51.100.1 56324")
      try base.runUntilIdle()
      #expect(here.log == [])
      left.write(" 443\r\n")
      try base.runUntilIdle()
      #expect(here.text == "220 ready")
      #expect(here.log.last == "end")
      server.close()
      left.close()
    }
  }

  @Test func `the header is read while reading is disabled, and the payload is not`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let server = try right.readingProxyHeader()
      let there = Witness(server)
      server.disable(.read)
      left.write("PROXY UNKNOWN\r\npayload")
      try base.runUntilIdle()
      #expect(there.log == ["connected: of unknown addresses"])
      server.enable(.read)
      try base.runUntilIdle()
      #expect(there.text == "payload")
      server.close()
      left.close()
    }
  }

  @Test(arguments: [0, 10]) func `a header that is late is an error, at its time`(count: Int) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let server = try right.readingProxyHeader()
      let there = Witness(server)
      left.write(Array(try header.line().prefix(count)))
      try base.run(for: .seconds(4.999))
      #expect(there.log == [])
      try base.run()
      #expect(base.now.nanoseconds == 5_000_000_000)
      #expect(there.error == .timedOut(.seconds(5), after: count))
      server.close()
      left.close()
    }
  }

  @Test func `a trickle does not put the deadline off`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let server = try right.readingProxyHeader()
      let there = Witness(server)
      for (index, byte) in try header.line().enumerated() {
        base.schedule(after: ms(Int64(index) * 900)) { left.write([byte]) }
      }
      try base.run()
      #expect(there.error == .timedOut(.seconds(5), after: 6))
      server.close()
      left.close()
    }
  }

  @Test func `where no header is required, there may be none`() throws {
    for (sent, ends) in [("GET /", false), ("PROX", true), ("", true), ("", false)] {
      try inVirtualTime { base in
        let (left, right) = base.pair()
        var settings = ProxyHeaderSettings()
        settings.isRequired = false
        let server = try right.readingProxyHeader(settings)
        let (there, here) = (Witness(server), Witness(left))
        server.write("banner")
        left.write(sent)
        if ends { left.finish() }
        try base.run()
        #expect(there.text == sent)
        #expect(there.log == ["connected: none"] + (sent.isEmpty ? [] : ["read"]) + (ends ? ["end"] : []))
        #expect(here.text == "banner")
        server.close()
        left.close()
      }
    }
  }

  @Test func `a malformed header is refused though none is required, and so is a version that is not accepted`() throws
  {
    #expect(try read([Array("PROXY TCP9\r\n".utf8)]) { $0.isRequired = false }.error != nil)
    #expect(
      try read([header.line()]) { $0.versions = [.v2] }.error
        == .malformed("its version is 1, which is not accepted here"))
  }

  @Test func `a connection that ends at once is an error, and a stack that closes waits for nothing`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let server = try right.readingProxyHeader()
      let there = Witness(server)
      left.close()
      try base.run()
      #expect(there.error == .cutOff(after: 0))
      server.close()
    }
  }

  @Test func `a relay passes on what it was told`() throws {
    try inVirtualTime { base in
      let (client, accepted) = base.pair()
      let (connected, target) = base.pair()
      let stack = Stack().readingProxyHeader()
      let front = try stack.applied(to: accepted)
      let back = try target.readingProxyHeader()
      let there = Witness(back)
      front.onEvent = { front, event in
        guard case .connected = event, let header = front.proxyHeader else { return }
        let up = try? connected.writingProxyHeader(header, withChecksum: true)
        front.onRead = { up?.write(&$0.input) }
      }
      _ = try client.writingProxyHeader(try #require(ProxyHeader.samples.last)).write("through")
      try base.run()
      #expect(back.proxyHeader == ProxyHeader.samples.last)
      #expect(there.text == "through")
      front.onRead = nil
      front.close()
      back.close()
    }
  }

  @Test func `settings that cannot be are refused`() {
    var settings = ProxyHeaderSettings()
    settings.longestHeader = 106
    #expect(throws: ProxyHeaderSettingsError.longestHeader(106, allowed: 107...65_551)) { try settings.check() }
    settings = ProxyHeaderSettings()
    settings.timeLimit = .zero
    #expect(throws: ProxyHeaderSettingsError.timeLimit(.zero)) { try settings.check() }
    settings = ProxyHeaderSettings()
    settings.versions = []
    #expect(throws: ProxyHeaderSettingsError.noVersion) { try settings.check() }
  }
}
