import Sluice
import SluiceTLS
import SluiceTLSTesting

/// Connections that are opened, fail at every step and in every way, and are closed, one after another: nothing of them may
/// be left. The address sanitiser looks on (`make sanitize`).
struct TLSChurn {
  /// What goes on between the two ends.
  private enum Scenario: CaseIterable {
    case plain, olderVersion, mutual, resumed, untrusted, wrongHost, noCertificate, noProtocol, garbage, cut, plainText
  }

  /// How the ends go.
  private enum Ending: CaseIterable { case close, free, abort, drop, finish }

  /// A handshake and a message take fewer turns of the loop than this.
  private static let steps = 40

  private let base = EventBase(clock: .virtual)
  private var contexts: [(client: TLSContext, server: TLSContext)] = []
  private var ticket: TLSSessionTicket?

  init() throws {
    let root = try TestAuthority(name: "Root")
    let server = try root.issue(host: "example.test")
    let client = try root.issue(host: "client.test", usage: .client)
    func tls(_ identity: TestIdentity) -> TLSIdentity {
      TLSIdentity(certificates: .pem(identity.chainPEM), key: .pem(identity.privateKeyPEM))
    }
    let trust = TLSTrust.certificates(.pem(root.anchorPEM))
    contexts = try Scenario.allCases.map { scenario in
      var (forClient, forServer) = (TLSClientConfiguration(trust: trust), TLSServerConfiguration(identity: tls(server)))
      switch scenario {
      case .olderVersion: forClient.options.newest = .v1_2
      case .mutual: (forClient.identity, forServer.clients, forServer.trust) = (tls(client), .required, trust)
      case .noCertificate: (forServer.clients, forServer.trust) = (.required, trust)
      case .untrusted: forClient.trust = .system
      case .noProtocol: (forClient.options.protocols, forServer.options.protocols) = (["a"], ["b"])
      default: break
      }
      return (try TLSContext(client: forClient), try TLSContext(server: forServer))
    }
  }

  /// Makes `count` connections; with `leaking`, lets go of none of their events.
  mutating func run(_ count: Int, leaking: Bool) throws {
    for index in 0..<count {
      let kinds = Scenario.allCases.count
      let ending = Ending.allCases[index / (kinds * Self.steps) % Ending.allCases.count]
      try connect(index % kinds, stoppingAt: index / kinds % Self.steps, ending, leaking: leaking)
    }
    ticket = nil
    let ledger = base.ledger
    guard leaking || ledger.isBalanced else { throw BenchError(message: "not everything was given back: \(ledger)") }
  }

  private mutating func connect(_ kind: Int, stoppingAt step: Int, _ ending: Ending, leaking: Bool) throws {
    let scenario = Scenario.allCases[kind]
    let (left, right) = base.pair()
    let host = scenario == .wrongHost ? "other.test" : "example.test"
    let role = TLSRole.client(contexts[kind].client, host: host, resuming: scenario == .resumed ? ticket : nil)
    if scenario == .plainText { left.write("GET / HTTP/1.1\r\n\r\n") }
    var client: BufferEvent? = try left.secured(role)
    var server: BufferEvent? = try right.secured(.server(contexts[kind].server))
    client?.write("a message")
    server?.onRead = { $0.write(&$0.input) }
    server?.onEvent = { _, _ in }
    try? base.runUntilIdle(maximumSteps: step)
    if scenario == .resumed, let next = client?.tls?.sessionTicket { ticket = next }
    if scenario == .garbage {
      var garbage = base.makeBuffer()
      garbage.append([UInt8](repeating: UInt8(truncatingIfNeeded: step), count: 50))
      right.receive(&garbage)
    }
    if scenario == .cut { right.receiveEnd() }
    if leaking, let client { _ = Unmanaged.passRetained(client) }
    for event in [client, server] {
      switch ending {
      case .close: event?.close(within: .seconds(1))
      case .free: event?.free()
      case .abort: event?.abort()
      case .finish:
        event?.onEvent = { event, _ in event.close() }
        event?.finish()
      case .drop: break
      }
    }
    client = nil
    server = nil
    // Deadlines pass, and what closes is through.
    try base.run(for: .seconds(20))
  }
}

extension Bench {
  nonisolated func churn() throws {
    var churn = try TLSChurn()
    // The first ones fill what is kept for reuse.
    try churn.run(min(count, 1_000), leaking: leaking)
    let before = residentBytes()
    try churn.run(max(count - 1_000, 0), leaking: leaking)
    report([("resident_growth", Double(residentBytes() - before))])
  }
}
