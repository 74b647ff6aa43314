import Testing

@testable import Sluice

/// Many connections in one process, both ends of each. `bench idle-sockets` holds thousands.
@Suite struct ManyConnectionsTests {
  @Test(arguments: PollerKind.all)
  func `three hundred connections stay open, cost no round while they are idle, and all answer`(
    poller: PollerKind
  ) throws {
    let base = EventBase(clock: .virtual, poller: poller)
    var options = ListenerOptions()
    options.acceptBudget = 1_000
    let listener = try base.listen(at: freshAbstractAddress(), options: options) { event, _ in
      event.onRead = { $0.write(&$0.input) }
    }
    var connecting = ConnectOptions()
    connecting.deadline = nil
    let clients = (0..<300).map { _ in base.connect(to: listener.address, options: connecting) }
    var answers = 0
    for client in clients {
      client.onRead = { answers += $0.input.drain() }
      client.write("x")
    }
    while answers < 300 { try base.runOnce() }
    #expect(listener.openConnections == 300)
    try base.runUntilIdle()
    let rounds = base.rounds
    try base.run(for: .seconds(3_600))
    #expect(base.rounds - rounds <= 2)
    for client in clients { client.write("y") }
    while answers < 600 { try base.runOnce() }
    #expect(answers == 600)
    for client in clients { client.close() }
    base.shutDown()
  }
}
