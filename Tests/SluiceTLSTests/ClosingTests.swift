import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// How connections end: rows 8 and 9 of the faults, libevent rows 34, 35, 39, 43.
@Suite struct ClosingTests {
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `after one end's close_notify the other one goes on`(version: TLSVersion) throws {
    let talk = try Conversation(client: { $0.options.newest = version })
    talk.client.write("all I have")
    talk.client.finish()
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "read", "end"])
    for round in 0..<3 {
      talk.server.write("\(round) ")
      try talk.settle()
    }
    #expect(talk.clientSees.text == "0 1 2 ")
    talk.server.finish()
    try talk.settle()
    #expect(talk.clientSees.log == ["connected", "read", "end"])
    #expect(talk.serverSees.log == ["connected", "read", "end"])
  }

  @Test func `a reset is one error that says so, behind the data`() throws {
    let talk = try Conversation()
    talk.client.write("data")
    try talk.settle()
    talk.client.abort()
    try talk.settle()
    #expect(talk.serverSees.text == "data")
    #expect(talk.serverSees.log == ["connected", "read", "error"])
    #expect(talk.serverSees.failure == nil, "it is the wire's error, not that of TLS")
    guard case .reset? = talk.server.failure?.reason else {
      Issue.record("\(String(describing: talk.server.failure))")
      return
    }
  }

  @Test func `both ends closing at once is orderly`() throws {
    let talk = try Conversation()
    try talk.settle()
    talk.client.write("a")
    talk.server.write("b")
    talk.client.finish()
    talk.server.finish()
    try talk.settle()
    #expect(talk.clientSees.log == ["connected", "read", "end"])
    #expect(talk.serverSees.log == ["connected", "read", "end"])
  }

  /// When the wire of a client that closes is gone: in seconds.
  private func closes(_ wait: Duration?, _ server: (BufferEvent) -> Void) throws -> Double {
    let talk = try Conversation(client: { $0.options.closeWait = wait })
    try talk.settle()
    let wire = try #require(talk.client.underlying)
    server(talk.server)
    talk.client.write("last words")
    talk.client.close()
    let start = talk.base.now
    for _ in 0..<400 where !wire.isClosed { try talk.base.run(for: .milliseconds(100)) }
    #expect(wire.isClosed)
    let (seconds, attoseconds) = start.duration(to: talk.base.now).components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  @Test func `close waits for the other end's close_notify as long as it is told to, and no longer`() throws {
    let answers: (BufferEvent) -> Void = { $0.onEvent = { event, _ in event.finish() } }
    let answersLate: (BufferEvent) -> Void = {
      $0.onEvent = { event, _ in event.base.schedule(after: .seconds(3)) { event.finish() } }
    }
    let ignores: (BufferEvent) -> Void = { $0.onEvent = { _, _ in } }
    #expect(try closes(nil, ignores) < 0.2)
    #expect(try closes(.seconds(5), answers) < 0.2)
    #expect(try (2.9...3.2).contains(closes(.seconds(5), answersLate)))
    #expect(try (4.9...5.2).contains(closes(.seconds(5), ignores)))
  }

  @Test func `a close that waits ends where the other end vanishes, or breaks the protocol`() throws {
    for bytes in [nil, [UInt8](repeating: 0x42, count: 40)] {
      let talk = try Conversation(client: { $0.options.closeWait = .seconds(60) })
      try talk.settle()
      let wire = try #require(talk.client.underlying)
      let far = try #require(wire.partner)
      talk.client.close()
      try talk.settle()
      #expect(!wire.isClosed)
      if let bytes {
        var buffer = talk.base.makeBuffer()
        buffer.append(bytes)
        wire.receive(&buffer)
      } else {
        far.abort()
      }
      try talk.base.run(for: .seconds(1))
      #expect(wire.isClosed)
    }
  }

  @Test func `a close that waits is kept within its limit`() throws {
    let talk = try Conversation(client: { $0.options.closeWait = .seconds(60) })
    talk.server.onEvent = { _, _ in }
    try talk.settle()
    let wire = try #require(talk.client.underlying)
    talk.client.close(within: .seconds(2))
    try talk.base.run(for: .seconds(1))
    #expect(!wire.isClosed)
    try talk.base.run(for: .seconds(2))
    #expect(wire.isClosed)
  }

  @Test func `what a close throws away is no reason to wait for ever`() throws {
    let talk = try Conversation(client: { $0.options.closeWait = .seconds(5) })
    try talk.settle()
    let wire = try #require(talk.client.underlying)
    talk.server.write([UInt8](repeating: 7, count: 1_000_000))
    talk.server.finish()
    talk.client.close()
    try talk.base.run(for: .seconds(4))
    #expect(wire.isClosed, "the other end's close_notify came behind a megabyte that nobody reads")
  }
}
