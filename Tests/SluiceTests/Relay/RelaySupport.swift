import SluiceTesting
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// A way to make two joined ends for a relay to stand between: the outer one a client's or server's, the inner one a relay's.
struct RelayLink: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Whether the other end learns of an abort: a Unix socket's only sees an end.
  var tellsResets = true
  let make: @Sendable (EventBase) throws -> (BufferEvent, BufferEvent)

  static let pair = RelayLink(testDescription: "pair") { $0.pair() }
  static let stack = RelayLink(testDescription: "stack") { try $0.stackedPair(depth: 2) }
  static let unix = RelayLink(testDescription: "unix", tellsResets: false) { try $0.socketPair() }
  static let tcp = RelayLink(testDescription: "tcp") { try $0.tcpPair() }

  /// The inner end under two numbers, as what inetd starts has it.
  static let sharedTCP = RelayLink(testDescription: "shared tcp") { base in
    let (outer, inner) = try base.tcpPair()
    let number = dup(try #require(inner.descriptor))
    inner.free()
    return (outer, try base.adopt(reading: number, writing: dup(number)))
  }

  static let all = [pair, stack, unix, tcp, sharedTCP]
}

/// Which links a relay has on its two sides, and whether it may splice.
struct RelayMixture: Sendable, CustomTestStringConvertible {
  let left: RelayLink
  let right: RelayLink
  var allowsSplice = true

  var testDescription: String {
    "\(left.testDescription) to \(right.testDescription)\(allowsSplice ? "" : ", no splice")"
  }

  private static var areSpliced: [RelayMixture] {
    RelayLink.all.flatMap { left in RelayLink.all.map { RelayMixture(left: left, right: $0) } }
  }

  /// Each link with each, and those that could be spliced without that, too.
  static let all = areSpliced + [RelayLink.unix, .tcp].map { RelayMixture(left: $0, right: $0, allowsSplice: false) }
  /// Those whose ends learn of resets.
  static let tellingResets = all.filter { $0.left.tellsResets && $0.right.tellsResets }
}

/// A client, a relay, and a server.
final class RelayScene {
  let base: EventBase
  let client: BufferEvent
  let server: BufferEvent
  let relay: Relay
  var ends: [String] = []
  let log = EventLog()

  init(_ base: EventBase, _ mixture: RelayMixture, _ change: (inout RelayOptions) -> Void = { _ in }) throws {
    self.base = base
    let left: BufferEvent
    let right: BufferEvent
    (client, left) = try mixture.left.make(base)
    (server, right) = try mixture.right.make(base)
    var options = RelayOptions()
    options.allowsSplice = mixture.allowsSplice
    change(&options)
    relay = left.relay(to: right, options: options)
    relay.onEnd = { [unowned self] in ends.append($0.outcome?.words ?? "none") }
  }

  /// Runs until `isDone`, and fails where that does not come.
  func settle(sourceLocation: SourceLocation = #_sourceLocation, until isDone: () -> Bool) throws {
    try base.settle(until: isDone, sourceLocation: sourceLocation)
  }

  func settleToEnd(sourceLocation: SourceLocation = #_sourceLocation) throws {
    try settle(sourceLocation: sourceLocation) { !ends.isEmpty }
  }

  /// Has the server read, and finish when its input ends; waits for the relay's end, and checks that `data` came, behind the
  /// bytes that were `taken` before.
  func expectAtServer(
    _ data: [UInt8], taken: [UInt8] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let received = Received(at: server, behind: taken)
    server.onEvent = { event, _ in event.finish() }
    server.enable(.read)
    try settleToEnd(sourceLocation: sourceLocation)
    try settle(sourceLocation: sourceLocation) { received.bytes.count == data.count }
    #expect(isSame(received.bytes, data), sourceLocation: sourceLocation)
  }
}

/// What comes at an event, whose read callback it takes.
final class Received {
  private(set) var bytes: [UInt8]

  init(at event: BufferEvent, behind taken: [UInt8] = []) {
    bytes = taken
    event.onRead = { [self] in bytes += $0.input.read() }
  }
}

/// Runs `body` with a client, a relay and a server in virtual time, and checks that everything was given back.
func inScene(
  _ mixture: RelayMixture, sourceLocation: SourceLocation = #_sourceLocation,
  options: (inout RelayOptions) -> Void = { _ in }, _ body: (RelayScene) throws -> Void
) throws {
  let base = EventBase(clock: .virtual)
  do {
    let scene = try RelayScene(base, mixture, options)
    try body(scene)
    scene.client.close()
    scene.server.close()
    try base.settle(until: { base.lingering.isEmpty }, sourceLocation: sourceLocation)
  }
  try base.settle()
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
}

extension EventBase {
  /// Runs what is due until `isDone`, and looks at the descriptors again and again: what goes through the kernel takes a moment.
  func settle(until isDone: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let start = ContinuousClock.now
    try settle()
    while !isDone() {
      guard start.duration(to: .now) < .seconds(20) else {
        Issue.record("it did not come to be: \(self.debugDescription)", sourceLocation: sourceLocation)
        return
      }
      try settle()
    }
  }

  /// Two ends joined by TCP, whose kernel buffers are small.
  func tcpPair() throws -> (BufferEvent, BufferEvent) {
    var accepted: BufferEvent?
    var options = ListenerOptions()
    options.socket.sendBuffer = 65_536
    options.socket.receiveBuffer = 65_536
    let listener = try listen(at: .loopback(), options: options) { event, _ in accepted = event }
    defer { listener.close() }
    var connecting = ConnectOptions()
    connecting.socket = options.socket
    let client = connect(to: listener.address, options: connecting)
    var isConnected = false
    client.onEvent = { _, what in if case .connected = what { isConnected = true } }
    try settle { accepted != nil && isConnected }
    client.onEvent = nil
    return (client, try #require(accepted))
  }
}

extension RelayOutcome {
  var words: String {
    switch self {
    case .finished(let first): "finished, \(first) first"
    case .failed(let side, let error):
      if case .transport(let error as SocketError) = error.reason {
        "failed \(side): \(error.operation)"
      } else if case .transport(let error as ConnectError) = error.reason {
        "failed \(side): \(error.reason.word)"
      } else {
        "failed \(side): \(error.reason)"
      }
    case .stoppedReading(let side): "stopped reading: \(side)"
    case .idle: "idle"
    case .closed: "closed"
    case .aborted: "aborted"
    }
  }
}

/// Bytes from a seed that repeat themselves in steps that no segment and no mark has.
func sampleBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = SeededGenerator(seed: seed)
  let block = (0..<4_099).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count + block.count)
  while bytes.count < count { bytes += block }
  bytes.removeLast(bytes.count - count)
  return bytes
}

/// Whether the bytes are the same; a macro would look for where they differ, which takes minutes.
func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool { left == right }
