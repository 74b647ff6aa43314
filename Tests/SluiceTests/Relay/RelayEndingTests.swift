import Testing

@testable import Sluice

/// How relays end when not all is well.
struct RelayEndingTests {
  @Test(arguments: RelayMixture.tellingResets)
  func `an abort comes out as a reset at the other end, behind what came before it`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      var received = ""
      var events: [StreamEvent] = []
      scene.server.onRead = { received += $0.readAll() }
      scene.server.onEvent = { event, what in
        events.append(what)
        event.close()
      }
      scene.client.write("half of a mess")
      try scene.settle { scene.relay.bytesToRight == 14 }
      scene.client.abort()
      try scene.settleToEnd()
      try scene.settle { !events.isEmpty }
      #expect(received == "half of a mess")
      guard case .error(let error) = try #require(events.first) else {
        Issue.record("\(events)")
        return
      }
      #expect(error.isReset)
      #expect(scene.ends.first?.hasPrefix("failed left") == true)
      #expect(scene.relay.bytesToRight == 14)
    }
  }

  @Test(arguments: RelayMixture.tellingResets)
  func `an abort behind a passed end is no reset for the side that has its end`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      scene.log.follow(scene.server, "server", reading: true)
      scene.client.write("all of it")
      scene.client.finish()
      try scene.settle { scene.log.lines.contains("server endOfInput") }
      scene.client.abort()
      // A socket whose input has ended shows its reset to those who write.
      scene.server.write("an answer for nobody")
      try scene.settleToEnd()
      try scene.base.settle()
      #expect(scene.log.take().filter { !$0.contains("write") } == ["server read 9", "server endOfInput"])
      #expect(scene.ends.first?.hasPrefix("failed left") == true)
    }
  }

  @Test(arguments: [RelayMixture(left: .pair, right: .pair), RelayMixture(left: .tcp, right: .pair)])
  func `bytes that a slow reader did not take before an error come before the reset`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      let data = sampleBytes(400_000)
      scene.server.disable(.read)
      scene.client.write(data)
      try scene.settle { scene.relay.left.inputCount + scene.relay.right.outputCount == data.count }
      scene.client.abort()
      try scene.settleToEnd()
      scene.server.enable(.read)
      let received = Received(at: scene.server)
      try scene.base.settle()
      #expect(isSame(received.bytes, data))
      #expect(scene.server.failure != nil)
    }
  }

  /// A client that goes when the kernel has all it sent, and the server has read nothing of it.
  @discardableResult private func abortBehindUnread(_ scene: RelayScene) throws -> [UInt8] {
    let data = sampleBytes(150_000)
    scene.server.disable(.read)
    scene.client.write(data)
    try scene.settle { scene.relay.bytesToRight == data.count }
    scene.client.abort()
    try scene.settle { scene.relay.left.isClosed }
    try scene.base.run(for: .milliseconds(100))
    return data
  }

  @Test(arguments: [RelayLink.tcp, .sharedTCP])
  func `a reset waits until the other end has what the kernel took`(link: RelayLink) throws {
    try inScene(RelayMixture(left: .tcp, right: link)) { scene in
      let data = try abortBehindUnread(scene)
      let received = Received(at: scene.server)
      scene.server.enable(.read)
      try scene.base.settle { () -> Bool in
        try? scene.base.run(for: .milliseconds(10))
        return scene.server.failure != nil
      }
      #expect(isSame(received.bytes, data))
      #expect(scene.ends == ["failed left: read"])
    }
  }

  @Test(arguments: [RelayLink.tcp, .sharedTCP])
  func `a reset does not wait for an end that goes without taking what the kernel took`(link: RelayLink) throws {
    try inScene(RelayMixture(left: .tcp, right: link)) { scene in
      try abortBehindUnread(scene)
      #expect(scene.ends == [])
      scene.server.abort()
      try scene.base.settle { () -> Bool in
        try? scene.base.run(for: .milliseconds(10))
        return !scene.ends.isEmpty
      }
      #expect(scene.ends == ["failed left: read"])
    }
  }

  @Test(arguments: [RelayLink.pair, .stack])
  func `a side that closes without taking all is named, and what it sent comes first`(link: RelayLink) throws {
    try inScene(RelayMixture(left: .pair, right: link)) { scene in
      scene.log.follow(scene.client, "client", reading: true)
      scene.server.disable(.read)
      scene.client.write(sampleBytes(1_000_000))
      try scene.base.settle()
      _ = scene.log.take()
      scene.server.write("no, thank you")
      scene.server.close()
      try scene.settleToEnd()
      #expect(scene.ends == ["stopped reading: right"])
      #expect(
        scene.log.take().filter { !$0.contains("write") } == [
          "client read 13", "client endOfInput", "client endOfOutput",
        ])
    }
  }

  @Test func `a side that reads no more may go on sending`() throws {
    try inScene(RelayMixture(left: .pair, right: .pair)) { scene in
      scene.log.follow(scene.client, "client", reading: true)
      scene.server.flush(.finished, .read)
      try scene.base.settle()
      #expect(scene.log.take() == ["client endOfOutput"])
      #expect(scene.client.write("for nobody") == .refused(.peerClosed))
      scene.server.write("all the same")
      try scene.base.settle()
      #expect(scene.log.take() == ["client read 12"])
      #expect(scene.ends == [])
      scene.server.finish()
      try scene.settleToEnd()
      #expect(scene.ends == ["stopped reading: right"])
    }
  }

  @Test func `writing to a partner that closed ends the relay, and says who did not read`() throws {
    try inScene(RelayMixture(left: .pair, right: .pair)) { scene in
      scene.server.close()
      try scene.base.settle()
      #expect(scene.ends == [])
      scene.client.write("too late")
      try scene.settleToEnd()
      #expect(scene.ends == ["stopped reading: right"])
      #expect(scene.relay.bytesToRight == 0)
    }
  }

  @Test(arguments: RelayMixture.all)
  func `close takes no more, passes on what came, and closes both`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      scene.log.follow(scene.server, "server", reading: true)
      scene.log.follow(scene.client, "client", reading: true)
      scene.client.write("last words")
      try scene.settle { scene.relay.bytesToRight == 10 }
      scene.relay.close()
      scene.relay.close()
      try scene.settleToEnd()
      try scene.settle { scene.server.isInputEnded && scene.client.isInputEnded }
      try scene.base.settle()
      #expect(
        Set(scene.log.take().filter { !$0.contains("write") }) == [
          "server read 10", "server endOfInput", "client endOfInput",
        ])
      #expect(scene.ends == ["closed"])
    }
  }

  @Test(arguments: RelayMixture.tellingResets)
  func `abort resets both sides, and is told from the loop`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      scene.relay.abort()
      #expect(scene.ends == [])
      try scene.settleToEnd()
      try scene.settle { scene.server.failure != nil && scene.client.failure != nil }
      #expect(scene.ends == ["aborted"])
      scene.relay.abort()
      scene.relay.close()
      try scene.base.settle()
      #expect(scene.ends == ["aborted"])
    }
  }

  @Test(arguments: RelayMixture.all, [RelaySide.left, .right])
  func `closing one event by hand ends the relay`(mixture: RelayMixture, side: RelaySide) throws {
    try inScene(mixture) { scene in
      (side == .left ? scene.relay.left : scene.relay.right).close()
      try scene.settleToEnd()
      #expect(scene.ends == ["closed"])
      #expect(scene.relay.left.isClosed && scene.relay.right.isClosed)
    }
  }

  @Test(arguments: RelayMixture.all)
  func `a base that is shut down ends its relays without a word`(mixture: RelayMixture) throws {
    let base = EventBase(clock: .virtual)
    do {
      let scene = try RelayScene(base, mixture) { $0.idleTimeout = .seconds(10) }
      scene.client.write("hello")
      try scene.base.settle()
      base.shutDown()
      #expect(scene.ends == [])
      #expect(scene.relay.outcome?.words == "aborted")
    }
    #expect(base.ledger.isBalanced, "\(base.ledger)")
    #expect(base.lingering.isEmpty)
  }
}
