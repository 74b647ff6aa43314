import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// Descriptors in a base: who is told, when, and how often.
struct WatchingTests {
  /// A pipe whose reading end is watched.
  final class Probe: Watched {
    let writer: Int32
    var told: [Readiness] = []
    var onReady: () -> Void = {}

    init() throws {
      var ends: [Int32] = [-1, -1]
      try #require(pipe(&ends) == 0)
      writer = ends[1]
      super.init(descriptor: ends[0])
    }

    deinit {
      close(descriptor)
      close(writer)
    }

    func write() { _ = Glibc.write(writer, "x", 1) }

    override func isReady(_ readiness: Readiness) {
      told.append(readiness)
      var byte: UInt8 = 0
      _ = read(descriptor, &byte, 1)
      onReady()
    }
  }

  private static let pollers = [PollerKind.automatic, .poll]

  @Test(arguments: pollers)
  func `one that is watched no more is told nothing, and what was told of its number before counts for nobody`(
    poller: PollerKind
  ) throws {
    let base = EventBase(poller: poller)
    let probe = try Probe()
    try base.watch(probe, for: .read)
    let token = probe.token
    #expect(base.watchList.find(token) === probe)
    try base.watch(probe, for: [])
    #expect(base.watchList.find(token) == nil)
    #expect(base.watchList.isEmpty)
    probe.write()
    try base.settle()
    #expect(probe.told.isEmpty)
    try base.watch(probe, for: .read)
    #expect(probe.token != token)
    #expect(base.watchList.find(token) == nil)
    try base.settle()
    #expect(probe.told == [.read])
    try base.watch(probe, for: [])
  }

  @Test(arguments: [false, true])
  func `a descriptor that somebody else closed is watched no more when that is asked for`(isPoll: Bool) async {
    await #expect(processExitsWith: .success) { [isPoll] in
      let base = EventBase(poller: isPoll ? .poll : .automatic)
      var ends: [Int32] = [-1, -1]
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
      let event = try base.adopt(descriptor: ends[0])
      event.onRead = { _ in }
      try base.runUntilIdle()
      close(ends[0])
      event.close()
      // It would wait for ever.
      alarm(20)
      try base.run()
      guard base.watchList.isEmpty else { exit(3) }
    }
  }

  @Test(arguments: pollers)
  func `hundreds of descriptors are each told once`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let probes = try (0..<150).map { _ in try Probe() }
    for probe in probes { try base.watch(probe, for: .read) }
    for probe in probes { probe.write() }
    try base.settle()
    #expect(probes.allSatisfy { $0.told == [.read] })
    for probe in probes.reversed() { try base.watch(probe, for: []) }
    #expect(base.watchList.isEmpty)
    #expect(base.watchList.runningCount == 0)
  }

  @Test(arguments: pollers)
  func `what comes of one descriptor runs before the next is told`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let probes = try (0..<3).map { _ in try Probe() }
    var order: [String] = []
    for (index, probe) in probes.enumerated() {
      probe.onReady = {
        order.append("told \(index)")
        base.defer { order.append("ran \(index)") }
      }
      try base.watch(probe, for: .read)
      probe.write()
    }
    try base.settle()
    let pairs = stride(from: 0, to: order.count, by: 2).map { (order[$0], order[$0 + 1]) }
    #expect(pairs.count == 3)
    #expect(pairs.allSatisfy { $0.0.dropFirst(5) == $0.1.dropFirst(4) })
    for probe in probes { try base.watch(probe, for: []) }
  }

  @Test(arguments: pollers)
  func `work that never ends holds up no descriptor, and a descriptor no timer`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let probe = try Probe()
    var rounds = 0
    func again() {
      rounds += 1
      base.defer(again)
    }
    probe.onReady = { base.schedule(after: .zero) { base.stop() } }
    try base.watch(probe, for: .read)
    probe.write()
    again()
    try base.run()
    #expect(probe.told == [.read])
    #expect(rounds < 10_000)
    try base.watch(probe, for: [])
  }

  @Test(arguments: pollers)
  func `a stop leaves the others for the next run`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let probes = try (0..<3).map { _ in try Probe() }
    for probe in probes {
      probe.onReady = { base.stop() }
      try base.watch(probe, for: .read)
      probe.write()
    }
    for expected in 1...3 {
      try base.runUntilIdle()
      #expect(probes.map(\.told.count).reduce(0, +) == expected)
    }
    for probe in probes { try base.watch(probe, for: []) }
  }

  @Test(arguments: pollers)
  func `the steps that a run may take count what comes of descriptors`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let (left, right) = try base.socketPair()
    let answer: (BufferEvent) -> Void = { $0.write(&$0.input) }
    (left.onRead, right.onRead) = (answer, answer)
    left.write("ball")
    #expect(throws: EventBaseError.stillBusy(steps: 100)) { try base.runUntilIdle(maximumSteps: 100) }
    left.abort()
    right.abort()
  }

  @Test(arguments: pollers)
  func `a descriptor that stays ready is found out by the steps that a run may take`(poller: PollerKind) throws {
    let base = EventBase(poller: poller)
    let probe = try Probe()
    probe.onReady = { [unowned probe] in probe.write() }
    try base.watch(probe, for: .read)
    probe.write()
    #expect(throws: EventBaseError.stillBusy(steps: 100)) { try base.runUntilIdle(maximumSteps: 100) }
    try base.watch(probe, for: [])
  }

  @Test func `a base without descriptors polls none`() throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    right.onRead = { $0.input.drain() }
    left.write("hello")
    base.schedule(after: .seconds(1)) {}
    try base.run()
    #expect(base.waits == 0)
    #expect(base.watchList.isEmpty)
  }
}
