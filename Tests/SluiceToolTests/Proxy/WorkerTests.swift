import Foundation
import Logging
import Sluice
import StackDescription
import Testing

@testable import SluiceTool

/// A whole proxy in memory and in virtual time: the same worker that serves sockets.
@Suite struct `A worker` {
  private struct World {
    let base = EventBase(clock: .virtual)
    let worker: ProxyWorker

    init(_ listener: String, _ target: String, _ change: (inout ProxySettings) -> Void = { _ in }) throws {
      var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      logger.logLevel = .critical
      var settings = ProxySettings(listener: ChainText(listener), target: ChainText(target), logger: logger)
      change(&settings)
      worker = try ProxyWorker(base: base, settings: settings)
      _ = try worker.listen(at: ListenPlaces())
    }

    /// A client's connection.
    func connect() throws -> BufferEvent { try MemoryHub.of(base).connect(to: "front") }
  }

  @Test func `what a client says comes back through the stacks of both sides`() throws {
    let world = try World("mem:front | pass", "mem | gzip | pass")
    // The echo answers with what was compressed, and the target's stack makes it again what it was.
    let client = try world.connect()
    client.write("hello through a proxy")
    client.finish()
    try world.base.run(maximumSteps: 10_000)
    #expect(client.input.readString() == "hello through a proxy")
    #expect(client.isInputEnded)
    #expect(world.worker.counters.ended == ["client-eof": 1])
    #expect(world.worker.counters.toTargets == 21 && world.worker.counters.toClients == 21)
    #expect(world.worker.sessions.isEmpty)
  }

  @Test func `an idle connection is ended by its timeout, in virtual time`() throws {
    let world = try World("mem:front", "mem") { $0.limits.idle = .seconds(600) }
    let client = try world.connect()
    client.write("hello")
    try world.base.run(for: .seconds(590))
    #expect(world.worker.sessions.count == 1)
    client.write("still here")
    try world.base.run(for: .seconds(599))
    #expect(world.worker.sessions.count == 1)
    try world.base.run(for: .seconds(2))
    #expect(world.worker.counters.ended == ["idle": 1])
  }

  @Test(arguments: [
    ("cut(after=3, by=end, on=in)", "target-eof", "client-eof"), ("cut(after=3, by=reset, on=in)", "fault", "fault"),
    ("corrupt(at=2) | gzip", "filter-error", "filter-error"),
  ])
  func `a fault on the target's side is named`(_ fault: String, _ end: String, _ other: String) throws {
    let world = try World("mem:front", "mem | \(fault)")
    let client = try world.connect()
    client.write("hello through a proxy")
    client.finish()
    try world.base.run(maximumSteps: 10_000)
    let ended = world.worker.counters.ended
    #expect(ended == [end: 1] || ended == [other: 1], "\(ended)")
  }

  @Test func `a run repeats byte for byte from a seed`() throws {
    func run(seed: Int) throws -> String {
      let chaos = "latency(by=20ms, jitter=30ms, seed=\(seed)) | slice(size=5, variation=4, pause=1ms, seed=\(seed))"
      let world = try World("mem:front | \(chaos)", "mem | \(chaos)")
      let client = try world.connect()
      var log = ""
      client.onRead = { log += "\(world.base.now.nanoseconds) \($0.input.readString())\n" }
      client.write("the same words, in the same pieces, at the same instants")
      client.finish()
      try world.base.run(maximumSteps: 100_000)
      return log
    }
    let first = try run(seed: 1)
    #expect(first.split(separator: "\n").count > 3)
    #expect(try run(seed: 1) == first)
    #expect(try run(seed: 2) != first)
  }

  @Test func `what waits is told, layer by layer`() throws {
    let world = try World("mem:front | rate(limit=1KiB/s)", "mem")
    let client = try world.connect()
    client.write([UInt8](repeating: 1, count: 2_000_000))
    try world.base.run(for: .seconds(1))
    let snapshot = world.worker.snapshot()
    #expect(snapshot.gauges.open == 1 && snapshot.gauges.pausedByRate == 1)
    #expect(snapshot.gauges.bufferedBytes > 1_000)
    let states = world.worker.states(withLayers: true)
    #expect(states.count == 1)
    #expect(states[0].layers.contains("suspended by rate"), "\(states[0].layers)")
    #expect(ConnectionList.text(states).hasSuffix("1 connection\n"))
    #expect(world.worker.cut() == 1)
    try world.base.runUntilIdle()
    #expect(world.worker.counters.ended == ["drain": 1])
  }

  @Test func `a reload that is refused changes no limit of connections that are open`() throws {
    try Scratch.file(Data("mem:front | rate(limit=1KiB/s)".utf8)) { path in
      let world = try World("@\(path)", "mem")
      let client = try world.connect()
      client.write([UInt8](repeating: 1, count: 1_000_000))
      try world.base.run(for: .seconds(1))
      try "mem:other | rate(limit=1GiB/s)".write(toFile: path, atomically: true, encoding: .utf8)
      #expect(throws: ToolError.self) { try world.worker.reload() }
      try world.base.run(for: .seconds(10))
      #expect(world.worker.snapshot().gauges.pausedByRate == 1)
    }
  }

  @Test func `a process that is told to end before it serves does so at once`() throws {
    let process = ProxyProcess(try World("mem:front", "mem").worker.settings, listeningAt: try Endpoint("127.0.0.1:0"))
    process.onReady = { Issue.record("it serves at \($0)") }
    process.base.defer { process.drain() }
    let watchdog = process.base.schedule(after: .seconds(20)) {
      Issue.record("it waits")
      process.base.stop()
    }
    try process.run()
    watchdog.cancel()
  }

  @Test func `the most connections are those of all loops together`() throws {
    let shares = try (0..<3).map { index in
      let world = try World("mem:front", "mem") { ($0.limits.connections, $0.limits.threads) = (8, 3) }
      return try ProxyWorker(base: world.base, settings: world.worker.settings, index: index).mostConnections
    }
    #expect(shares == [3, 3, 2])
  }
}
