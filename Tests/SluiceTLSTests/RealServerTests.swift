import Foundation
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

/// A client of this project against other people's servers, over sockets.
@Suite struct RealServerTests {
  /// What one connection came to.
  private struct Outcome {
    var text = ""
    var log: [String] = []
    var info: TLSInfo?
    var ticket: TLSSessionTicket?
    var failure: TLSError?
  }

  /// A port of this machine that nobody uses now.
  private func freePort() throws -> UInt16 {
    let listener = try EventBase().listen(at: .loopback()) { _, _ in }
    defer { listener.close() }
    return try #require(listener.address.port)
  }

  /// Connects, sends a line, takes what comes back, and closes; tries again until the server listens.
  private func converse(
    _ base: EventBase, _ port: UInt16, _ context: TLSContext, host: String = "example.test",
    resuming ticket: TLSSessionTicket? = nil
  ) throws -> Outcome {
    var outcome = Outcome()
    var event: BufferEvent?
    func connect() throws {
      event = try base.connect(to: .loopback(port: port))
        .secured(.client(context, host: host, resuming: ticket))
      event?.onRead = { event in
        outcome.text += event.input.readString()
        guard outcome.text.hasSuffix("\n") else { return }
        outcome.ticket = event.tls?.sessionTicket
        event.finish()
        event.base.stop()
      }
      event?.onEvent = { event, what in
        switch what {
        case .connected:
          outcome.log.append("connected")
          outcome.info = event.tlsInfo
        case .error(let error):
          if case .transport = error.reason, outcome.log.isEmpty {
            // It does not listen yet.
            base.schedule(after: .milliseconds(20)) { try? connect() }
            return
          }
          outcome.log.append("error")
          if case .filter(let reason) = error.reason { outcome.failure = reason as? TLSError }
          base.stop()
        default:
          outcome.log.append("end")
          base.stop()
        }
      }
      event?.write("olleh\n")
    }
    try connect()
    try base.runUntilStopped()
    event?.close(within: .seconds(1))
    return outcome
  }

  private func context(
    _ files: PeerFiles, _ version: TLSVersion, showing identity: TestIdentity? = nil
  ) throws -> TLSContext {
    var configuration = TLSClientConfiguration(trust: .file(files["trust"]))
    configuration.identity = identity?.tls
    (configuration.options.oldest, configuration.options.newest) = (version, version)
    return try TLSContext(client: configuration)
  }

  enum Kind: String, CaseIterable { case openssl, gnutls }

  static let cases = Kind.allCases.flatMap { kind in [TLSVersion.v1_2, .v1_3].map { (kind, $0) } }

  /// The command that has a server send each line back: OpenSSL's turned round, GnuTLS's as it came.
  private func command(_ kind: Kind, _ port: UInt16, _ files: PeerFiles, isMutual: Bool) -> [String] {
    switch kind {
    case .openssl:
      [
        "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-rev", "-cert", files["server"], "-key",
        files["server-key"],
      ]
        + (isMutual ? ["-Verify", "1", "-verify_return_error", "-CAfile", files["trust"]] : [])
    case .gnutls:
      [
        "gnutls-serv", "--echo", "--port", "\(port)", "--x509certfile", files["server"], "--x509keyfile",
        files["server-key"],
      ] + (isMutual ? ["--require-client-cert", "--verify-client-cert", "--x509cafile", files["trust"]] : [])
    }
  }

  @Test(arguments: cases)
  func `a client speaks with a server, and resumes`(kind: Kind, version: TLSVersion) throws {
    try PeerFiles.with { files in
      let base = EventBase()
      let port = try freePort()
      let program = try Program(command(kind, port, files, isMutual: false), on: base)
      let context = try context(files, version)
      let first = try converse(base, port, context)
      #expect(first.text == (kind == .openssl ? "hello\n" : "olleh\n"))
      #expect(first.log == ["connected"], "\(first)")
      #expect(first.info?.version == version && first.info?.isResumed == false)
      let ticket = try #require(first.ticket)
      let second = try converse(base, port, context, resuming: ticket)
      #expect(second.log == ["connected"], "\(second)")
      #expect(second.info?.isResumed == true)
      _ = program.stop()
    }
  }

  @Test(arguments: cases)
  func `a client shows its certificate where that is required`(kind: Kind, version: TLSVersion) throws {
    try PeerFiles.with { files in
      let base = EventBase()
      let port = try freePort()
      let program = try Program(command(kind, port, files, isMutual: true), on: base)
      let shown = try converse(base, port, try context(files, version, showing: files.client))
      #expect(shown.log == ["connected"], "\(shown)")
      #expect(!shown.text.isEmpty)
      let refused = try converse(base, port, try context(files, version))
      #expect(refused.text == "")
      #expect(refused.log.last == "error" || refused.log.last == "end", "\(refused)")
      _ = program.stop()
    }
  }

  @Test(arguments: Kind.allCases)
  func `a server of another name is refused, and one whose signer is not trusted`(kind: Kind) throws {
    try PeerFiles.with { files in
      let base = EventBase()
      let port = try freePort()
      let program = try Program(command(kind, port, files, isMutual: false), on: base)
      let cases: [(TLSTrust, String, TLSCertificateError.Reason)] = [
        (.file(files["trust"]), "other.test", .wrongHost(wanted: "other.test", names: ["example.test"])),
        (.system, "example.test", .unknownIssuer),
      ]
      for (trust, host, reason) in cases {
        let context = try TLSContext(client: TLSClientConfiguration(trust: trust))
        let outcome = try converse(base, port, context, host: host)
        guard case .certificate(let error)? = outcome.failure else {
          Issue.record("\(outcome)")
          continue
        }
        #expect(error.reason == reason)
        #expect(outcome.log == ["error"] && outcome.text == "")
      }
      _ = program.stop()
    }
  }
}
