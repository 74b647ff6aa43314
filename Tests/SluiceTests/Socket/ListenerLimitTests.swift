import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How many connections a listener takes: at once, in a round, and when the system gives none.
@Suite struct ListenerLimitTests {
  @Test(arguments: [1, 10, 64])
  func `no round takes more connections than the budget`(budget: Int) throws {
    try onEndingBase { base in
      var options = ListenerOptions()
      options.acceptBudget = budget
      var taken: [Int: Int] = [:]
      let listener = try base.listen(at: .loopback(), options: options) { event, _ in
        taken[event.base.rounds, default: 0] += 1
        event.close()
      }
      let clients = try (0..<100).map { _ in try RawSocket(to: listener.address) }
      try base.run(until: "all connections") { listener.counts.accepted == 100 }
      #expect(taken.values.allSatisfy { $0 <= budget })
      #expect(taken.count >= 100 / budget)
      withExtendedLifetime(clients) {}
    }
  }

  @Test func `a storm of connections does not hold up what is open`() throws {
    try onEndingBase { base in
      var options = ListenerOptions()
      options.acceptBudget = 8
      var sinceEcho = 0
      var longest = 0
      let listener = try base.listen(at: .loopback(), options: options) { event, _ in
        sinceEcho += 1
        event.onEvent = { event, _ in event.close() }
      }
      let (left, right) = try base.socketPair()
      var echoes = 0
      left.onRead = { event in
        longest = max(longest, sinceEcho)
        sinceEcho = 0
        echoes += 1
        event.write(&event.input)
      }
      right.onRead = { event in event.write(&event.input) }
      let clients = try (0..<200).map { _ in try RawSocket(to: listener.address) }
      left.write("ball")
      try base.run(until: "all connections") { listener.counts.accepted == 200 }
      #expect(echoes >= 200 / 8 / 3)
      // The ball is seen in every second round, since its way back is a round of its own.
      #expect(longest <= 3 * 8)
      withExtendedLifetime(clients) {}
    }
  }

  @Test func `connections above the maximum wait in the queue until one is gone`() throws {
    try onEndingBase { base in
      var options = ListenerOptions()
      options.maximumConnections = 2
      var open: [BufferEvent] = []
      let listener = try base.listen(at: .loopback(), options: options) { event, _ in open.append(event) }
      let clients = try (0..<5).map { _ in try RawSocket(to: listener.address) }
      for taken in 2...5 {
        try base.run(until: "connection \(taken)") { listener.counts.accepted == taken }
        // Nothing is left to wait for but what is open: the listener does not look.
        try base.runUntilIdle()
        #expect(listener.counts.accepted == taken)
        #expect(listener.openConnections == 2)
        open[taken - 2].close()
      }
      withExtendedLifetime(clients) {}
    }
  }

  @Test func `a connection that is closed and still sends counts`() throws {
    try onEndingBase { base in
      var options = ListenerOptions()
      options.maximumConnections = 1
      let many = [UInt8](repeating: 7, count: 2_000_000)
      let listener = try base.listen(at: freshAbstractAddress(), options: options) { event, _ in
        event.write(many)
        event.close()
      }
      let first = base.connect(to: listener.address)
      first.disable(.read)
      try base.run(until: "a connection") { listener.counts.accepted == 1 }
      let second = try RawSocket(to: listener.address)
      try base.runUntilIdle()
      #expect(listener.openConnections == 1)
      #expect(listener.counts.accepted == 1)
      var got = 0
      first.onRead = { got += $0.input.drain() }
      first.enable(.read)
      try base.run(until: "the other connection") { listener.counts.accepted == 2 }
      try base.run(until: "the rest") { got == many.count }
      first.close()
      withExtendedLifetime(second) {}
    }
  }

  @Test func `without descriptors a listener looks away for longer each time, and reports once a second`() throws {
    let base = EventBase(clock: .virtual)
    var reports: [Int] = []
    // One that ends would have the listener look again at once.
    var kept: [BufferEvent] = []
    let listener = try base.listen(at: .loopback()) { event, _ in kept.append(event) }
    listener.onError = { listener, error in
      #expect(error.operation == .accept)
      #expect(error.description.contains("raise the limit of open descriptors"))
      reports.append(listener.base.elapsed)
    }
    var delays: [Int] = []
    for _ in 0..<7 {
      let before = base.elapsed
      listener.ranShort(EMFILE, at: listener.address)
      #expect(listener.shortage.isWaiting)
      #expect(!listener.isAccepting)
      listener.updateInterest()
      try base.run(until: "another look") { listener.isAccepting }
      delays.append(base.elapsed - before)
    }
    #expect(delays == [50, 100, 200, 400, 800, 1000, 1000])
    #expect(reports == [0, 1550, 2550])
    #expect(listener.counts.errors == 7)
    // One that is taken ends it.
    let client = try RawSocket(to: listener.address)
    try base.run(until: "a connection") { listener.counts.accepted == 1 }
    let before = base.elapsed
    listener.ranShort(ENFILE, at: listener.address)
    try base.run(until: "another look") { listener.isAccepting }
    #expect(base.elapsed - before == 50)
    withExtendedLifetime(client) { kept = [] }
    base.shutDown()
    #expect(base.ledger.isBalanced)
  }

  @Test func `a connection that ends has the listener look again at once`() throws {
    try onEndingBase { base in
      let listener = try base.listen(at: .loopback()) { _, _ in }
      let clients = try [RawSocket(to: listener.address), RawSocket(to: listener.address)]
      var first: BufferEvent?
      listener.onAccept = { [unowned listener] event, _ in
        first = event
        listener.ranShort(EMFILE, at: listener.address)
      }
      try base.run(until: "a connection") { first != nil }
      #expect(listener.shortage.isWaiting)
      listener.onAccept = { _, _ in }
      first?.abort()
      #expect(!listener.shortage.isWaiting)
      try base.run(until: "the other") { listener.counts.accepted == 2 }
      withExtendedLifetime(clients) {}
    }
  }

  @Test(arguments: [Int.min, -1, 0])
  func `a budget of nothing counts as one, also in a shortage`(budget: Int) throws {
    try onEndingBase { base in
      var options = ListenerOptions()
      options.acceptBudget = budget
      let listener = try base.listen(at: .loopback(), options: options) { event, _ in event.close() }
      let clients = try (0..<3).map { _ in try RawSocket(to: listener.address) }
      try base.run(until: "a connection") { listener.counts.accepted == 1 }
      listener.ranShort(EMFILE, at: listener.address, sheddingFrom: listener.sockets[0])
      #expect(listener.counts.shed == 1)
      withExtendedLifetime(clients) {}
    }
  }

  @Test func `a shortage sheds what waits in the queue, and a listener may be closed by its report`() throws {
    try onEndingBase { base in
      let listener = try base.listen(at: .loopback()) { _, _ in }
      let clients = try (0..<3).map { _ in try RawSocket(to: listener.address) }
      listener.onError = { listener, _ in listener.close() }
      let socket = listener.sockets[0]
      listener.ranShort(EMFILE, at: listener.address, sheddingFrom: socket)
      #expect(listener.counts.shed == 3)
      #expect(clients.allSatisfy { $0.received() == "" })
      #expect(listener.isClosed)
      #expect(!listener.shortage.isWaiting)
      try base.run()
    }
  }
}
