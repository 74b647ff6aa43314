import Testing

@testable import Sluice

/// Relays and the clock.
struct RelayTimeTests {
  private static let mixtures = [
    RelayMixture(left: .pair, right: .pair), RelayMixture(left: .stack, right: .pair),
    RelayMixture(left: .unix, right: .unix), RelayMixture(left: .unix, right: .unix, allowsSplice: false),
  ]

  @Test(arguments: mixtures)
  func `a relay in which nothing moves ends after its idle time, and not before`(mixture: RelayMixture) throws {
    try inScene(mixture, options: { $0.idleTimeout = .seconds(10) }) { scene in
      scene.log.follow(scene.client, "client", reading: true)
      scene.log.follow(scene.server, "server", reading: true)
      try scene.base.run(for: .seconds(9))
      scene.server.write("x")
      try scene.base.run(for: .milliseconds(9_900))
      scene.client.write("y")
      try scene.base.run(for: .milliseconds(9_900))
      #expect(scene.ends == [])
      #expect(scene.log.take().filter { !$0.contains("write") } == ["client read 1", "server read 1"])
      try scene.base.run(for: .milliseconds(200))
      #expect(scene.ends == ["idle"])
      #expect(scene.log.take() == ["client endOfInput", "server endOfInput"])
    }
  }

  @Test func `one timer is armed in an idle time, however many bytes pass`() throws {
    try inScene(RelayMixture(left: .pair, right: .pair), options: { $0.idleTimeout = .seconds(10) }) { scene in
      scene.server.onRead = { $0.input.drain() }
      let before = scene.base.timers.nextSequence
      for _ in 0..<1_000 {
        scene.client.write("x")
        try scene.base.settle()
      }
      #expect(scene.base.timers.nextSequence == before)
    }
  }

  @Test func `bytes that are stuck are lost when the idle time is over, and both sides see a reset`() throws {
    try inScene(RelayMixture(left: .pair, right: .pair), options: { $0.idleTimeout = .seconds(10) }) { scene in
      scene.log.follow(scene.client, "client", reading: true)
      scene.log.follow(scene.server, "server", reading: true)
      scene.server.disable(.read)
      scene.client.write("stuck")
      try scene.base.run(for: .seconds(21))
      #expect(scene.ends == ["idle"])
      #expect(scene.relay.bytesToRight == 0)
      #expect(scene.log.take().filter { $0.contains("error") } == ["client error reset", "server error reset"])
    }
  }

  @Test func `a reader that takes a little now and then keeps the relay alive`() throws {
    try inScene(RelayMixture(left: .pair, right: .pair), options: { $0.idleTimeout = .seconds(10) }) { scene in
      scene.server.readMarks = Watermarks(high: 10)
      scene.client.write([UInt8](repeating: 1, count: 100))
      scene.client.finish()
      for _ in 0..<10 {
        try scene.base.run(for: .seconds(9))
        scene.server.input.drain()
      }
      #expect(scene.relay.bytesToRight == 100)
      #expect(scene.ends == [])
      scene.server.finish()
      try scene.settleToEnd()
      #expect(scene.ends == ["finished, left first"])
    }
  }

  @Test func `a timeout of an event's own ends the relay as idle`() throws {
    try inScene(RelayMixture(left: .pair, right: .pair)) { scene in
      scene.relay.left.readTimeout = .seconds(3)
      try scene.base.run(for: .seconds(2))
      #expect(scene.ends == [])
      try scene.base.run(for: .seconds(2))
      #expect(scene.ends == ["idle"])
    }
  }

  @Test func `a side that does not take its last bytes in time is cut off, and that is no orderly end`() throws {
    try inScene(RelayMixture(left: .pair, right: .pair), options: { $0.closeTimeout = .seconds(5) }) { scene in
      scene.server.disable(.read)
      scene.client.write("never read")
      scene.client.finish()
      scene.server.finish()
      try scene.base.run(for: .seconds(4))
      #expect(scene.ends == [])
      try scene.base.run(for: .seconds(2))
      #expect(scene.ends == ["idle"])
      #expect(scene.relay.bytesToRight == 0)
    }
  }

  @Test func `a side that is to be reset behind its last bytes is cut off in time too`() throws {
    try inScene(RelayMixture(left: .pair, right: .unix), options: { $0.closeTimeout = .seconds(5) }) { scene in
      scene.server.disable(.read)
      scene.client.write(sampleBytes(2_000_000))
      try scene.base.settle()
      scene.client.abort()
      try scene.base.run(for: .seconds(4))
      #expect(scene.ends == [])
      try scene.base.run(for: .seconds(2))
      #expect(scene.ends == ["failed left: reset"])
    }
  }
}
