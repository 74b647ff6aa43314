import Sluice
import SluiceTLS
import SluiceTLSTesting

/// The contexts that all connections of a workload share, as every other program of the comparison has them: TLS 1.3,
/// AES-128-GCM, one P-256 certificate that the client checks, no tickets unless sessions are resumed.
struct TLSContexts {
  let client: TLSContext
  let server: TLSContext

  init(sessions: TLSSessions) throws {
    // What every other program of the comparison has: a name, and that it signs no others.
    var blueprint = TestBlueprint(host: "localhost", usage: TestUsage(purposes: [], keyUsage: nil))
    blueprint.hasKeyIdentifiers = false
    let identity = try TestIdentity.selfSigned(blueprint)
    var forServer = TLSServerConfiguration(
      identity: TLSIdentity(certificates: .pem(identity.chainPEM), key: .pem(identity.privateKeyPEM)))
    forServer.sessions = sessions
    forServer.options = Self.options
    server = try TLSContext(server: forServer)
    var forClient = TLSClientConfiguration(trust: .certificates(.pem(identity.anchorPEM)))
    forClient.options = Self.options
    client = try TLSContext(client: forClient)
  }

  private static var options: TLSOptions {
    var options = TLSOptions()
    options.oldest = .v1_3
    options.cipherSuites = "TLS_AES_128_GCM_SHA256"
    return options
  }

  func secure(
    _ ends: (BufferEvent, BufferEvent), resuming ticket: TLSSessionTicket? = nil
  ) throws -> (BufferEvent, BufferEvent) {
    let server = try ends.1.secured(.server(self.server))
    return (try ends.0.secured(.client(client, host: "localhost", resuming: ticket)), server)
  }
}

extension Bench {
  nonisolated func handshakes() throws {
    let isResuming = workload == .tlsResume
    let contexts = try TLSContexts(sessions: !isResuming ? .none : tickets ? .tickets(1) : .cached(1024))
    let base = EventBase()
    var ticket: TLSSessionTicket?
    if isResuming {
      let (client, server) = try contexts.secure(base.pair())
      try base.runUntilIdle()
      ticket = client.tls?.sessionTicket
      client.free()
      server.free()
    }
    var time = Stopwatch()
    for index in 0..<count + 10 {
      if index == 10 { time = Stopwatch() }
      let (client, server) = try contexts.secure(base.pair(), resuming: ticket)
      var connected = 0
      let onEvent: (BufferEvent, StreamEvent) -> Void = { _, event in
        if case .connected = event { connected += 1 } else { print("unexpected:", event) }
      }
      client.onEvent = onEvent
      server.onEvent = onEvent
      try base.runUntilIdle()
      guard connected == 2, client.tls?.isResumed == isResuming else { throw BenchError(message: "no handshake") }
      // A ticket is good once; each connection brings the next.
      if isResuming { ticket = client.tls?.sessionTicket }
      client.free()
      server.free()
    }
    time.report(
      self, "handshakes_per_s", perSecond: Double(count), "cpu_ns_per_handshake", per: Double(count))
  }
}
