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
}
