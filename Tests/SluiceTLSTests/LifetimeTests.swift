import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Row 13 of the faults: what is opened is given back, wherever it stops.
@Suite struct LifetimeTests {
  enum Ending: CaseIterable { case free, close, abort, drop, finish }

  @Test(arguments: Ending.allCases)
  func `connections that stop at any step leave nothing behind`(ending: Ending) throws {
    let contexts = try Conversation.contexts()
    let base = EventBase(clock: .virtual)
    weak var connection: TLSConnection?
    for step in 0..<40 {
      // A step is a turn of the loop; the handshake takes a handful of them.
      let (left, right) = base.pair()
      var server: BufferEvent? = try right.secured(.server(contexts.server))
      var client: BufferEvent? = try left.secured(.client(contexts.client, host: "example.test"))
      connection = client?.tls
      client?.write("some data")
      try? base.runUntilIdle(maximumSteps: step)
      for event in [client, server] {
        switch ending {
        case .free: event?.free()
        case .close: event?.close(within: .seconds(1))
        case .abort: event?.abort()
        case .finish:
          event?.finish()
          event?.onEvent = { event, _ in event.close() }
        case .drop: break
        }
      }
      client = nil
      server = nil
      try base.run(for: .seconds(20))
      #expect(connection == nil, "step \(step)")
    }
    try base.run(for: .seconds(60))
    let ledger = base.ledger
    #expect(ledger.eventsCreated == ledger.eventsDestroyed)
    #expect(ledger.segmentsTaken == ledger.segmentsReturned)
    #expect(ledger.timersCreated == ledger.timersDestroyed)
  }

  @Test func `more connections than hold buffers at a time all go on`() throws {
    let contexts = try Conversation.contexts()
    let base = EventBase(clock: .virtual)
    var ends: [(client: BufferEvent, server: BufferEvent)] = []
    for _ in 0..<50 {
      let (left, right) = base.pair()
      let server = try right.secured(.server(contexts.server))
      server.onRead = { $0.write(&$0.input) }
      ends.append((try left.secured(.client(contexts.client, host: "example.test")), server))
    }
    for round in 0..<3 {
      for (client, _) in ends { client.write("round \(round)") }
      try base.runUntilIdle(maximumSteps: 100_000)
      for (client, _) in ends {
        #expect(client.input.string() == "round \(round)")
        client.input.drain()
      }
    }
  }

  @Test func `a connection that is kept outlives its event, and tells what it was`() throws {
    let contexts = try Conversation.contexts()
    var kept: TLSConnection?
    do {
      let talk = try Conversation(contexts: contexts)
      try talk.settle()
      kept = talk.client.tls
      talk.client.close()
    }
    #expect(kept?.info?.version == .v1_3)
  }

  /// Where in its life an end is ended by its own callback.
  enum Moment: CaseIterable { case connected, read, end, error }

  @Test(arguments: Moment.allCases, Ending.allCases)
  func `an end may be ended inside of any callback of its own`(moment: Moment, ending: Ending) throws {
    let contexts = try Conversation.contexts()
    let base = EventBase(clock: .virtual)
    for isServer in [false, true] {
      let (left, right) = base.pair()
      var ends: [BufferEvent?] = [
        try left.secured(.client(contexts.client, host: "example.test")), try right.secured(.server(contexts.server)),
      ]
      var count = 0
      func end(_ now: Moment) {
        guard now == moment else { return }
        count += 1
        let event = ends[isServer ? 1 : 0]
        switch ending {
        case .free: event?.free()
        case .close: event?.close(within: .seconds(1))
        case .abort: event?.abort()
        case .finish: event?.finish()
        case .drop: ends[isServer ? 1 : 0] = nil
        }
      }
      let mine = ends[isServer ? 1 : 0]
      mine?.onRead = { event in
        event.input.drain()
        end(.read)
      }
      mine?.onEvent = { _, what in
        switch what {
        case .connected: end(.connected)
        case .endOfInput: end(.end)
        case .error: end(.error)
        default: break
        }
      }
      let other = ends[isServer ? 0 : 1]
      for event in ends {
        event?.write("hello")
      }
      _ = consume mine
      try base.run(for: .seconds(1))
      if moment == .error {
        // Something that is no record.
        var bytes = base.makeBuffer()
        bytes.append([UInt8](repeating: 0x42, count: 40))
        (isServer ? right : left).receive(&bytes)
      } else {
        other?.finish()
      }
      try base.run(for: .seconds(20))
      #expect(count == 1, "\(moment) \(ending)")
      for event in ends { event?.free() }
    }
    try base.run(for: .seconds(20))
  }
}
