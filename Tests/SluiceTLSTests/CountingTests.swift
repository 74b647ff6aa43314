import COpenSSL
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

/// libevent's regress_ssl over pairs: two ends count up to 1001 line by line, and the one that is done ends the connection.
/// What is broken there is tested in its mended form; the names are libevent's.
@Suite struct CountingTests {
  /// One end of the game.
  private final class Player {
    let event: BufferEvent
    var log: [String] = []
    var isDone = false
    /// What to do when a number is reached.
    var at: [Int: (BufferEvent) -> Void] = [:]

    /// Goes as it does there: the stream ends, and TLS says nothing.
    private func vanish() {
      var wire = event
      while let below = wire.underlying { wire = below }
      let far = wire.partner
      event.free()
      far?.receiveEnd()
    }

    init(_ event: BufferEvent) {
      self.event = event
      event.onRead = { [unowned self] event in
        while let line = event.input.readLine() {
          let number = Int(line) ?? -1
          at[number]?(event)
          if number == 1001 {
            isDone = true
            vanish()
            return
          }
          event.write("\(number + 1)\n")
        }
      }
      event.onEvent = { [unowned self] _, event in
        switch event {
        case .connected: log.append("connected")
        case .endOfInput: log.append("end")
        case .timeout: log.append("timeout")
        case .error: log.append("error")
        default: log.append("other")
        }
      }
    }
  }

  private func play(
    _ change: (inout TLSServerConfiguration) -> Void = { _ in }, _ changeClient: (inout TLSClientConfiguration) -> Void,
    wire: (EventBase) throws -> (BufferEvent, BufferEvent) = { $0.pair() },
    start: (Player, Player) throws -> Void = { client, _ in client.event.write("1\n") }
  ) throws -> (client: Player, server: Player) {
    let talk = try Conversation(client: changeClient, server: change, wire: wire)
    let (client, server) = (Player(talk.client), Player(talk.server))
    try start(client, server)
    try talk.base.runUntilIdle(maximumSteps: 100_000)
    return (client, server)
  }

  private func isOver(_ client: Player, _ server: Player, _ ending: String) {
    // 1001 is odd, so the server is the one that gets it.
    #expect(server.isDone && !client.isDone)
    #expect(client.log == ["connected", ending])
    #expect(server.log.first == "connected")
  }

  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `bufferevent_socketpair`(version: TLSVersion) throws {
    let (client, server) = try play({ _ in }, { $0.options.newest = version })
    isOver(client, server, "error")
  }

  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `bufferevent_socketpair_dirty_shutdown`(version: TLSVersion) throws {
    let (client, server) = try play(
      { _ in },
      {
        $0.options.newest = version
        $0.options.allowDirtyShutdown = true
      })
    isOver(client, server, "end")
  }

  @Test func `bufferevent_socketpair_write_after_connect`() throws {
    let (client, server) = try play(
      { _ in }, { _ in },
      start: { client, _ in
        let onEvent = client.event.onEvent
        client.event.onEvent = { event, what in
          onEvent?(event, what)
          if case .connected = what { event.write("1\n") }
        }
      })
    isOver(client, server, "error")
  }

  @Test func `bufferevent_filter over another filter`() throws {
    let (client, server) = try play(
      { _ in }, { _ in }, wire: { try $0.pair(toClient: .oneByOne, toServer: .oneByOne) },
      start: { client, server in
        #expect(client.event.underlying?.underlying != nil && server.event.underlying?.partner == nil)
        client.event.write("1\n")
      })
    isOver(client, server, "error")
  }

  @Test func `bufferevent_renegotiate: keys are changed at 600`() throws {
    let (client, server) = try play(
      { _ in }, { _ in },
      start: { client, server in
        for player in [client, server] {
          player.at[player === client ? 600 : 601] = { event in
            guard let pointer = event.tls?.pointer else { return }
            #expect(SSL_key_update(pointer, SSL_KEY_UPDATE_REQUESTED) == 1)
          }
        }
        client.event.write("1\n")
      })
    isOver(client, server, "error")
  }

  @Test(arguments: [false, true])
  func `bufferevent_socketpair_startopen, and with dirty_shutdown`(isDirty: Bool) throws {
    let talk = try Conversation()
    try talk.settle()
    let (first, second) = (try #require(talk.client.tls), try #require(talk.server.tls))
    SSL_up_ref(first.pointer)
    SSL_up_ref(second.pointer)
    talk.client.free()
    talk.server.free()
    let (left, right) = talk.base.pair()
    var options = TLSOptions()
    options.allowDirtyShutdown = isDirty
    let client = Player(try left.secured(.established(first.pointer, options: options)))
    let server = Player(try right.secured(.established(second.pointer)))
    client.event.write("1\n")
    try talk.base.runUntilIdle(maximumSteps: 100_000)
    isOver(client, server, isDirty ? "end" : "error")
  }

  @Test func `bufferevent_socketpair_freed: nothing is pending after the last event`() throws {
    let (client, server) = try play({ _ in }, { _ in })
    let base = client.event.base
    client.event.free()
    server.event.free()
    try base.run()
    #expect(base.now.nanoseconds == 0)
  }

  // libevent's row 32 too: there, the timeout repeats and stops nothing.
  @Test func `bufferevent_socketpair_timeout: a handshake that gets no answer times out once`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let client = Player(
      try left.secured(
        .client(Conversation.contexts(nil, { $0.options.handshakeTimeout = .seconds(2) }).client, host: "example.test"))
    )
    try base.run(for: .seconds(60))
    #expect(client.log == ["error"])
    let (near, far) = base.pair()
    let other = Player(try near.secured(.client(Conversation.contexts().client, host: "example.test")))
    other.event.readTimeout = .seconds(2)
    try base.run(for: .seconds(5))
    #expect(other.log == ["timeout"])
    withExtendedLifetime((right, far)) {}
  }

  @Test func `bufferevent_connect_sleep: an end that waits costs no turns`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    right.disable(.both)
    let contexts = try Conversation.contexts()
    let client = Player(try left.secured(.client(contexts.client, host: "example.test")))
    client.event.write("1\n")
    // A hundred turns would do for far more.
    try base.runUntilIdle(maximumSteps: 100)
    try base.run(for: .seconds(1))
    let server = Player(try right.secured(.server(contexts.server)))
    try base.runUntilIdle(maximumSteps: 100_000)
    isOver(client, server, "error")
  }

  @Test(arguments: [512, 5_120])
  func `bufferevent_wm: both ends echo 40 KiB under marks, and drain 512 bytes a call`(mark: Int) throws {
    let talk = try Conversation()
    var received = [0, 0]
    for (index, event) in [talk.client, talk.server].enumerated() {
      event.readMarks = Watermarks(high: mark)
      event.onRead = { event in
        received[index] += min(event.inputCount, 512)
        let piece = event.input.read(upTo: 512)
        if received[0] + received[1] < 80 * 1_024 { event.write(piece) }
        if event.inputCount > 0 { event.trigger(.read) }
      }
    }
    talk.client.write([UInt8](repeating: 1, count: 1_024))
    try talk.base.runUntilIdle(maximumSteps: 1_000_000)
    #expect(received[0] + received[1] >= 80 * 1_024)
  }
}
