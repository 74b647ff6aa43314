import SluiceTesting
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// Connections with scripted names and addresses, in virtual time.
struct ConnectorTests {
  private func connecting(
    _ text: String, _ names: [String: [StubResolver.Line]] = [:], _ outcomes: [String: ScriptedDialer.Outcome] = [:],
    _ change: (inout ConnectOptions) -> Void = { _ in },
    _ body: (EventBase, BufferEvent, StubResolver, ScriptedDialer, EventLog) throws -> Void
  ) throws {
    try inVirtualTime { base in
      let (resolver, dialer, log) = (StubResolver(names), ScriptedDialer(outcomes), EventLog())
      var options = ConnectOptions()
      (options.resolver, options.dialer) = (resolver, dialer)
      change(&options)
      let event = base.connect(to: try Endpoint(text), options: options)
      log.follow(event)
      try body(base, event, resolver, dialer, log)
      event.abort()
      #expect(dialer.underWay == 0)
    }
  }

  @Test func `the first address that answers wins, and the others are given up`() throws {
    let names = [
      "example.test": [try StubResolver.Line.found("2001:db8::1", "192.0.2.1", "2001:db8::2", after: .milliseconds(20))]
    ]
    let outcomes: [String: ScriptedDialer.Outcome] = ["192.0.2.1": .connects(after: 300)]
    try connecting("example.test:80", names, outcomes) { base, event, resolver, dialer, log in
      event.write("early words")
      #expect(event.suspensions(.both) == .connecting)
      try base.run()
      #expect(
        dialer.log == [
          "20 try 2001:db8::1", "270 try 192.0.2.1", "520 try 2001:db8::2", "570 connected 192.0.2.1",
          "570 cancel 2001:db8::1", "570 cancel 2001:db8::2",
        ])
      // libevent S3: what was written goes in the same round, and its callback follows.
      #expect(log.take() == ["connected", "write 0"])
      #expect(event.suspensions(.both) == [])
      #expect(event.unsent == 0)
      #expect(resolver.cancelled == [])
    }
  }

  @Test func `a connection with nothing to write has no write callback`() throws {
    try connecting("192.0.2.1:80", [:], ["192.0.2.1": .connects(after: 1)]) { base, _, _, _, log in
      try base.run()
      #expect(log.take() == ["connected"])
    }
  }

  @Test func `dead addresses first: each failure starts the next at once`() throws {
    let hosts = (1...50).map { "192.0.2.\($0)" }
    var outcomes = Dictionary(
      uniqueKeysWithValues: hosts.map { ($0, ScriptedDialer.Outcome.fails(ECONNREFUSED, after: 1)) })
    outcomes["192.0.2.50"] = .connects(after: 1)
    try connecting("example.test:80", ["example.test": [.found(addresses(hosts))]], outcomes) {
      base, _, _, dialer, log in
      try base.run()
      #expect(dialer.log.last == "50 connected 192.0.2.50")
      #expect(log.take() == ["connected"])
    }
  }

  @Test func `a failure is one event, which names the host, each address, and why`() throws {
    let names = ["example.test": [try StubResolver.Line.found("192.0.2.1", "2001:db8::1", "192.0.2.2")]]
    let outcomes: [String: ScriptedDialer.Outcome] = [
      "192.0.2.1": .fails(ECONNREFUSED, after: 100), "2001:db8::1": .fails(ENETUNREACH, after: 0),
    ]
    try connecting("example.test:80", names, outcomes, { $0.deadline = .seconds(2) }) { base, event, _, dialer, log in
      event.write("never sent")
      try base.run()
      #expect(
        log.take() == [
          "error transport(connect example.test:80: no address answered: 192.0.2.1:80: Connection refused; "
            + "[2001:db8::1]:80: Network is unreachable; 192.0.2.2:80: no answer in 1.90s; check the address and what "
            + "filters the way, or give it more time)"
        ])
      #expect(base.elapsed == 2_000)
      #expect(event.write("x") == .refused(.failed))
      #expect(event.unsent == 0)
      #expect(event.suspensions(.both) == [])
      guard case .transport(let reason) = event.failure?.reason, let error = reason as? ConnectError else {
        Issue.record("no ConnectError")
        return
      }
      #expect(error.reason == .timedOut)
      #expect(error.attempts.map(\.error?.code) == [ECONNREFUSED, ENETUNREACH, nil])
      #expect(event.failure?.direction == .both)
    }
  }

  @Test(arguments: [
    ([ECONNREFUSED, ECONNREFUSED], ConnectError.Reason.refused), ([ECONNREFUSED, ENETUNREACH], .refused),
    ([ENETUNREACH, EHOSTUNREACH], .unreachable), ([ETIMEDOUT, ECONNREFUSED], .timedOut),
    ([EPERM, ECONNREFUSED], .other),
  ])
  func `the errors of the addresses come to one reason`(codes: [Int32], reason: ConnectError.Reason) {
    #expect(ConnectError.Reason(codes.map { SocketError(.connect, code: $0, peer: "") }) == reason)
  }

  @Test(arguments: [ResolverError.noSuchName, .noAddress, .unavailable, .refused, .busy(waiting: 9)])
  func `a name that fails is one event that says why`(error: ResolverError) throws {
    try connecting("example.test:80", ["example.test": [.failed(error, after: .milliseconds(5))]]) {
      base, event, _, dialer, log in
      try base.run()
      #expect(log.take() == ["error transport(connect example.test:80: \(error))"])
      #expect(dialer.log == [])
      let reason = (event.failure?.reason).flatMap { if case .transport(let error) = $0 { error } else { nil } }
      #expect((reason as? ConnectError)?.reason == .name(error))
      #expect((reason as? ConnectError)?.reason.word == "dns")
    }
  }

  @Test func `a name that one version of IP does not know is no failure`() throws {
    let names = [
      "example.test": [
        StubResolver.Line.failed(.noAddress, for: .v6), try .found("192.0.2.1", for: .v4, after: .milliseconds(10)),
      ]
    ]
    try connecting("example.test:80", names, ["192.0.2.1": .connects(after: 0)]) { base, _, _, _, log in
      try base.run()
      #expect(log.take() == ["connected"])
    }
  }

  @Test func `of two failures to look a name up the one that says more is told`() throws {
    let names = ["example.test": [StubResolver.Line.failed(.unavailable, for: .v6), .failed(.noAddress, for: .v4)]]
    try connecting("example.test:80", names) { base, _, _, _, log in
      try base.run()
      #expect(log.take() == ["error transport(connect example.test:80: \(ResolverError.unavailable))"])
    }
  }

  @Test func `a name that is never answered ends at the deadline, once`() throws {
    try connecting("example.test:80", [:], [:], { $0.deadline = .seconds(3) }) { base, event, resolver, _, log in
      event.readTimeout = .milliseconds(50)
      event.writeTimeout = .milliseconds(50)
      event.write("waits")
      try base.run()
      #expect(base.elapsed == 3_000)
      #expect(
        log.take() == [
          "error transport(connect example.test:80: the name was not answered in 3s; check the name servers "
            + "(/etc/resolv.conf), or give it more time)"
        ])
      #expect(resolver.cancelled.count == 1)
    }
  }

  /// libevent S13: the write timeout repeated while connecting.
  @Test func `timeouts begin when the connection stands, in all layers`() throws {
    try connecting("192.0.2.1:80", [:], ["192.0.2.1": .connects(after: 1_000)]) { base, event, _, _, log in
      event.readTimeout = .milliseconds(50)
      event.writeTimeout = .milliseconds(70)
      let top = try event.filtered(by: Pass())
      log.follow(top, "top")
      top.readTimeout = .milliseconds(60)
      top.write("waits")
      try base.run(for: .milliseconds(999))
      // The layer below took it, as ever.
      #expect(log.take() == ["top write 0"])
      try base.run()
      #expect(log.take() == ["top connected", "top timeout reading", "top timeout reading"])
      #expect(base.elapsed == 1_060)
      top.abort()
    }
  }

  @Test func `filters may be put on before there is a connection, and the top hears of it`() throws {
    try connecting(
      "example.test:80", ["example.test": [try .found("192.0.2.1", after: .milliseconds(5))]],
      ["192.0.2.1": .connects(after: 5)]
    ) { base, event, _, _, log in
      let top = try event.filtered(by: Pass()).filtered(by: Pass())
      log.follow(top, "top")
      top.write("through two filters")
      top.finish()
      try base.settle()
      #expect(log.take() == ["top write 0"])
      #expect(event.unsent == 19)
      try base.run()
      #expect(log.take() == ["top connected"])
      #expect(event.unsent == 0)
      top.abort()
    }
  }

  @Test func `a failure is told at the top of a stack, once`() throws {
    try connecting("192.0.2.1:80", [:], ["192.0.2.1": .fails(ECONNREFUSED, after: 1)]) { base, event, _, _, log in
      let top = try event.filtered(by: Pass())
      log.follow(top, "top")
      top.write("lost")
      try base.settle()
      #expect(log.take() == ["top write 0"])
      try base.run()
      #expect(
        log.take() == ["top error transport(connect 192.0.2.1:80: Connection refused; nothing listens there)"])
      top.abort()
    }
  }

  /// libevent #597, #600, #1100, S2.
  @Test func `nothing is told from inside the call, however soon it is known`() throws {
    try inVirtualTime { base in
      var options = ConnectOptions()
      options.dialer = ScriptedDialer(["192.0.2.1": .fails(EACCES, after: 0), "192.0.2.2": .connects(after: 0)])
      for host in ["192.0.2.1", "192.0.2.2"] {
        let event = base.connect(to: address(host).withPort(80), options: options)
        #expect(event.failure == nil)
        #expect(event.suspensions(.both) == .connecting)
        let log = EventLog()
        log.follow(event)
        try base.settle()
        #expect(log.take().count == 1)
        event.abort()
      }
    }
  }

  @Test func `an event that waits says what for`() throws {
    let names = [
      "example.test": [try StubResolver.Line.found("2001:db8::1", "192.0.2.1", "192.0.2.2", after: .milliseconds(100))]
    ]
    try connecting("example.test:443", names) { base, event, _, _, _ in
      #expect(event.debugDescription.hasPrefix("connecting to example.test:443, looking up the name: "))
      #expect(event.debugDescription.contains("reading suspended by connecting"))
      try base.run(for: .milliseconds(400))
      #expect(event.debugDescription.hasPrefix("connecting to example.test:443, 2 of 3 addresses tried: "))
      try base.run()
      #expect(event.debugDescription.hasPrefix("connection to example.test:443: "))
    }
  }

  @Test(arguments: ["close", "abort", "free"])
  func `closing cancels the look-up and every attempt, and nothing is told any more`(way: String) throws {
    for milliseconds in [0, 10, 300] {
      let names = ["example.test": [try StubResolver.Line.found("2001:db8::1", "192.0.2.1", after: .milliseconds(5))]]
      try connecting("example.test:80", names) { base, event, resolver, dialer, log in
        if milliseconds > 0 { try base.run(for: .milliseconds(milliseconds)) }
        switch way {
        case "abort": event.abort()
        case "free": event.free()
        default: event.close()
        }
        #expect(dialer.underWay == 0)
        #expect(resolver.cancelled.count == (milliseconds == 0 ? 1 : 0))
        try base.run()
        #expect(base.elapsed == milliseconds)
        #expect(log.take() == [])
      }
    }
  }

  @Test func `closing with something written makes the connection first`() throws {
    try connecting("192.0.2.1:80", [:], ["192.0.2.1": .connects(after: 100)]) { base, event, _, dialer, log in
      event.write("last words")
      event.close()
      #expect(dialer.underWay == 1)
      try base.run()
      #expect(dialer.log == ["0 try 192.0.2.1", "100 connected 192.0.2.1"])
      #expect(event.unsent == 0)
      #expect(log.take() == [])
    }
  }

  @Test func `a close with something written ends where there is no connection`() throws {
    try connecting("192.0.2.1:80", [:], ["192.0.2.1": .fails(ECONNREFUSED, after: 100)]) { base, event, _, _, log in
      event.write("last words")
      event.close()
      try base.run()
      #expect(base.elapsed == 100)
      #expect(log.take() == [])
    }
  }

  @Test func `a base that ends gives attempts and look-ups back`() throws {
    let (resolver, dialer) = (StubResolver(), ScriptedDialer())
    let base = EventBase(clock: .virtual)
    var options = ConnectOptions()
    (options.resolver, options.dialer) = (resolver, dialer)
    base.connect(to: try Endpoint("example.test:80"), options: options).onEvent = { _, _ in }
    base.connect(to: address("192.0.2.1"), options: options).onEvent = { _, _ in }
    #expect(dialer.underWay == 1)
    base.shutDown()
    #expect(dialer.underWay == 0)
    #expect(resolver.cancelled.count == 1)
    #expect(base.ledger.isBalanced)
  }

  @Test func `a local address leaves the addresses of the other version untried`() throws {
    let names = ["example.test": [try StubResolver.Line.found("2001:db8::1", "192.0.2.1")]]
    let local = try #require(SocketAddress("127.0.0.9:0"))
    try connecting("example.test:80", names, ["192.0.2.1": .connects(after: 0)], { $0.localAddress = local }) {
      base, _, _, dialer, log in
      try base.run()
      #expect(dialer.log == ["0 try 192.0.2.1", "0 connected 192.0.2.1"])
      #expect(log.take() == ["connected"])
    }
    try connecting("[2001:db8::1]:80", [:], [:], { $0.localAddress = local }) { base, _, _, dialer, log in
      try base.run()
      #expect(dialer.log == [])
      #expect(
        log.take() == [
          "error transport(connect [2001:db8::1]:80: no address is of the same kind as the local address 127.0.0.9:0)"
        ])
    }
  }

  @Test(
    arguments: [
      (IPVersions.v4, ["0 try 192.0.2.1"]), (.v6, ["0 try 2001:db8::1"]), (IPVersions(), []),
    ] as [(IPVersions, [String])])
  func `only addresses of the versions that are wanted are tried`(versions: IPVersions, tried: [String]) throws {
    let names = ["example.test": [try StubResolver.Line.found("2001:db8::1", "192.0.2.1")]]
    try connecting("example.test:80", names, [:], { $0.versions = versions }) { base, event, _, dialer, _ in
      try base.run()
      #expect(dialer.log.filter { $0.contains("try") } == tried)
      #expect(event.connectError?.reason == (versions.isEmpty ? .name(.noAddress) : .timedOut))
    }
  }

  @Test func `callbacks may close the event, and connect anew`() throws {
    try inVirtualTime { base in
      var options = ConnectOptions()
      options.dialer = ScriptedDialer(["192.0.2.1": .fails(ECONNREFUSED, after: 1), "192.0.2.2": .connects(after: 1)])
      var words: [String] = []
      let first = base.connect(to: address("192.0.2.1"), options: options)
      first.onEvent = { event, what in
        event.close()
        let second = base.connect(to: address("192.0.2.2"), options: options)
        second.onEvent = { event, what in
          words.append(what.words)
          event.close()
        }
      }
      try base.run()
      #expect(words == ["connected"])
    }
  }

  @Test func `an error of a million addresses is still one line`() throws {
    let attempts = (0..<1_000_000).map { _ in
      ConnectError.Attempt(address: .loopback(port: 1), error: nil, duration: .seconds(1))
    }
    let error = ConnectError(
      endpoint: try Endpoint("example.test:80"), reason: .timedOut, attempts: attempts, untried: 7,
      duration: .seconds(61))
    #expect(error.description.utf8.count < 600)
    #expect(error.description.contains("999992 more failed; 7 more not tried"))
  }
}
