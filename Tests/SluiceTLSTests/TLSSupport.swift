import Sluice
import SluiceTLS
import SluiceTLSTesting

/// What one end was told, and what it read.
final class Witness {
  var log: [String] = []
  var text = ""
  var failure: TLSError?
  var info: TLSInfo?

  /// Watches an event: every byte and every event in order.
  init(_ event: BufferEvent, echoes: Bool = false) {
    event.onRead = { [unowned self] event in
      if log.last != "read" { log.append("read") }
      if echoes {
        event.write(&event.input)
        return
      }
      text += event.input.readString()
    }
    event.onEvent = { [unowned self] event, what in
      switch what {
      case .connected:
        info = event.tlsInfo
        log.append("connected")
      case .endOfInput: log.append("end")
      case .endOfOutput: log.append("no more output")
      case .timeout: log.append("timeout")
      case .notice: log.append("notice")
      case .error(let error):
        log.append("error")
        if case .filter(let reason) = error.reason { failure = reason as? TLSError }
      }
    }
  }
}

extension TestIdentity {
  /// The identity as a context takes it.
  var tls: TLSIdentity { TLSIdentity(certificates: .pem(chainPEM), key: .pem(privateKeyPEM)) }
  /// Trust in what signed it.
  var trust: TLSTrust { .certificates(.pem(anchorPEM)) }
}

/// Two ends of a pair with TLS on each, and what they saw.
final class Conversation {
  let base: EventBase
  var client: BufferEvent
  var server: BufferEvent
  let clientSees: Witness
  let serverSees: Witness

  /// The usual configuration of each side, of one shared identity; the closures change it.
  init(
    host: String? = "example.test", identity: TestIdentity? = nil, resuming ticket: TLSSessionTicket? = nil,
    contexts: (client: TLSContext, server: TLSContext)? = nil,
    client changeClient: (inout TLSClientConfiguration) -> Void = { _ in },
    server changeServer: (inout TLSServerConfiguration) -> Void = { _ in },
    wire: (EventBase) throws -> (BufferEvent, BufferEvent) = { $0.pair() }
  ) throws {
    base = EventBase(clock: .virtual)
    let contexts = try contexts ?? Self.contexts(identity, changeClient, changeServer)
    let (left, right) = try wire(base)
    server = try right.secured(.server(contexts.server))
    client = try left.secured(.client(contexts.client, host: host, resuming: ticket))
    clientSees = Witness(client)
    serverSees = Witness(server)
  }

  static func contexts(
    _ identity: TestIdentity? = nil, _ changeClient: (inout TLSClientConfiguration) -> Void = { _ in },
    _ changeServer: (inout TLSServerConfiguration) -> Void = { _ in }
  ) throws -> (client: TLSContext, server: TLSContext) {
    let identity = try identity ?? .shared
    var forServer = TLSServerConfiguration(identity: identity.tls)
    changeServer(&forServer)
    var forClient = TLSClientConfiguration(trust: identity.trust)
    changeClient(&forClient)
    return (try TLSContext(client: forClient), try TLSContext(server: forServer))
  }

  func settle() throws { try base.runUntilIdle(maximumSteps: 100_000) }
}
