import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a relay does with bytes and their ends, whatever stands on its sides.
struct RelayTests {
  @Test(arguments: RelayMixture.all)
  func `bytes pass both ways, whole and in order, and the ends behind them`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      let question = sampleBytes(1_500_000, seed: 1)
      let answer = sampleBytes(900_000, seed: 2)
      var order: [String] = []
      let atServer = Received(at: scene.server)
      let atClient = Received(at: scene.client)
      scene.server.onEvent = { event, what in
        order.append("server \(what.words)")
        event.write(answer)
        event.finish()
      }
      scene.client.onEvent = { _, what in order.append("client \(what.words)") }
      scene.client.write(question)
      scene.client.finish()
      try scene.settleToEnd()
      #expect(order == ["server endOfInput", "client endOfInput"])
      #expect(isSame(atServer.bytes, question))
      #expect(isSame(atClient.bytes, answer))
      #expect(scene.ends == ["finished, left first"])
      #expect(scene.relay.bytesToRight == question.count)
      #expect(scene.relay.bytesToLeft == answer.count)
    }
  }

  @Test(arguments: RelayMixture.all)
  func `small messages go there and back many times`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      scene.server.onRead = { $0.write(&$0.input) }
      var trips = 0
      scene.client.onRead = { event in
        guard event.inputCount == 5 else { return }
        trips += 1
        if trips < 50 { event.write(&event.input) } else { event.finish() }
      }
      scene.server.onEvent = { event, _ in event.finish() }
      scene.client.write("hello")
      try scene.settleToEnd()
      #expect(trips == 50)
      #expect(scene.relay.bytesToRight == 250)
      #expect(scene.relay.bytesToLeft == 250)
    }
  }

  @Test(arguments: RelayMixture.all)
  func `an end that comes first is passed on alone, and the other direction goes on`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      scene.log.follow(scene.client, "client", reading: true)
      scene.log.follow(scene.server, "server", reading: true)
      scene.server.finish()
      try scene.settle { scene.client.isInputEnded }
      try scene.base.settle()
      #expect(scene.log.take() == ["client endOfInput"])
      #expect(scene.ends == [])
      scene.client.write("still here")
      try scene.settle { scene.relay.bytesToRight == 10 }
      try scene.settle { scene.log.lines.contains("server read 10") }
      scene.client.finish()
      try scene.settleToEnd()
      #expect(scene.ends == ["finished, right first"])
    }
  }

  @Test(arguments: RelayMixture.all)
  func `a reader that stands still holds up the writer, and the relay holds no more than its marks`(
    mixture: RelayMixture
  ) throws {
    try inScene(mixture) { scene in
      let data = sampleBytes(3_000_000)
      scene.server.disable(.read)
      scene.client.write(data)
      scene.client.finish()
      try scene.base.settle()
      try scene.settle { scene.client.outputCount > 0 }
      #expect(scene.relay.left.inputCount <= scene.relay.left.readMarks.high)
      #expect(scene.relay.right.outputCount <= scene.relay.right.writeMarks.high)
      #expect(scene.relay.left.writeMarkPasses + scene.relay.right.writeMarkPasses == 0)
      try scene.expectAtServer(data)
      #expect(scene.relay.bytesToRight == data.count)
    }
  }

  @Test(arguments: RelayMixture.all)
  func `marks that are smaller than a segment hold too`(mixture: RelayMixture) throws {
    try inScene(mixture) { scene in
      scene.relay.right.writeMarks = Watermarks(high: 100)
      scene.relay.left.readMarks = Watermarks(high: 150)
      let data = sampleBytes(50_000)
      scene.client.write(data)
      scene.client.finish()
      try scene.expectAtServer(data)
      #expect(scene.relay.right.writeMarkPasses == 0)
    }
  }

  @Test(arguments: RelayMixture.all)
  func `what was in the inputs before goes first`(mixture: RelayMixture) throws {
    let base = EventBase(clock: .virtual)
    let (client, left) = try mixture.left.make(base)
    let (server, right) = try mixture.right.make(base)
    left.readMarks = Watermarks(low: 1_000)
    client.write("before ")
    try base.settle { left.inputCount == 7 }
    var end = ""
    var options = RelayOptions()
    options.allowsSplice = mixture.allowsSplice
    left.relay(to: right, options: options) { end = $0.outcome?.words ?? "" }
    client.write("after")
    client.finish()
    server.onEvent = { event, _ in event.close() }
    try base.settle { !end.isEmpty }
    #expect(server.inputText == "")
    #expect(end == "finished, left first")
    client.close()
    try base.settle { base.lingering.isEmpty }
  }

  @Test(arguments: [
    (RelayOutcome.finished(first: .left), "finished", "both sides finished, the left one first"),
    (
      .failed(.right, StreamError(.transport(SocketError(.read, code: ECONNRESET, peer: "192.0.2.1:80")))), "failed",
      "the right side failed: read 192.0.2.1:80: Connection reset by peer"
    ),
    (.stoppedReading(.left), "stopped-reading", "the left side stopped reading"),
    (.idle, "idle", "nothing moved in time"),
    (.closed, "closed", "closed from here"),
    (.aborted, "aborted", "aborted from here"),
  ])
  func `how a relay ended has a word, and words`(outcome: RelayOutcome, word: String, words: String) {
    #expect(outcome.word == word)
    #expect("\(outcome)" == words)
  }

  @Test(arguments: RelayMixture.all)
  func `a relay that everybody let go of lives until it ends`(mixture: RelayMixture) throws {
    let base = EventBase(clock: .virtual)
    var received = ""
    var end = ""
    weak var relay: Relay?
    let (client, server) = try {
      let (client, left) = try mixture.left.make(base)
      let (server, right) = try mixture.right.make(base)
      var options = RelayOptions()
      options.allowsSplice = mixture.allowsSplice
      relay = left.relay(to: right, options: options) { end = $0.outcome?.words ?? "" }
      return (client, server)
    }()
    try base.settle()
    #expect(relay != nil)
    server.onRead = { received += $0.readAll() }
    server.onEvent = { event, _ in event.close() }
    client.write("hello")
    client.finish()
    try base.settle { !end.isEmpty }
    try base.settle { base.lingering.isEmpty || base.lingering.count == 1 }
    #expect(received == "hello")
    #expect(relay == nil)
    client.close()
    try base.settle { base.lingering.isEmpty }
  }
}
