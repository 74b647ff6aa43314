import Foundation
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

/// Other people's clients against a server of this project, over sockets.
@Suite struct RealClientTests {
  /// A server on a port of this machine, with a loop of its own: it answers a line with an HTTP response that tells what the
  /// handshake came to, and ends.
  private final class Server {
    let base = EventBase()
    private var listener: Listener?
    private var open: [BufferEvent] = []
    var port: Int { Int(listener?.address.port ?? 0) }

    init(
      _ files: PeerFiles, clients: TLSClientVerification = .none, sessions: TLSSessions = .tickets(1)
    ) throws {
      var configuration = TLSServerConfiguration(identity: files.identity.tls)
      configuration.clients = clients
      configuration.sessions = sessions
      configuration.trust = .certificates(.pem(files.client.anchorPEM))
      configuration.options.protocols = ["http/1.1"]
      configuration.toleratesUnknownProtocols = true
      let context = try TLSContext(server: configuration)
      listener = try base.listen(at: .loopback()) { [unowned self] event, _ in
        guard let secured = try? event.secured(.server(context)) else { return }
        open.append(secured)
        secured.onRead = { event in
          guard event.input.string().contains("\n") else { return }
          event.input.drain()
          let info = event.tlsInfo
          let client = info?.peerCertificates.first?.subject ?? "nobody"
          let body = "\(info?.version.description ?? "") with \(client)\(info?.isResumed == true ? ", resumed" : "")\n"
          event.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
          event.finish()
        }
        secured.onEvent = { event, what in
          if case .connected = what { return }
          event.close()
        }
      }
    }

    func run(_ arguments: [String], input: String = "") throws -> String {
      try Program(arguments, input: input, on: base).finish()
    }
  }

  private static let versions = [TLSVersion.v1_2, .v1_3]

  // MARK: openssl s_client

  private func client(_ version: TLSVersion, _ server: Server, _ files: PeerFiles, _ more: [String] = []) throws
    -> String
  {
    try server.run(
      [
        "openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-servername", "example.test", "-CAfile",
        files["trust"], "-verify_return_error", "-verify_hostname", "example.test", "-quiet", "-ign_eof",
        version == .v1_2 ? "-tls1_2" : "-tls1_3",
      ] + more, input: "GET / HTTP/1.0\n")
  }

  @Test(arguments: versions)
  func `openssl s_client speaks with a server, and resumes`(version: TLSVersion) throws {
    try PeerFiles.with { files in
      let server = try Server(files)
      let first = try client(version, server, files, ["-sess_out", files["session"]])
      #expect(first.contains("\(version) with nobody\n"), "\(first)")
      let second = try client(version, server, files, ["-sess_in", files["session"]])
      #expect(second.contains("\(version) with nobody, resumed"), "\(second)")
    }
  }

  @Test(arguments: versions)
  func `openssl s_client shows its certificate where that is required`(version: TLSVersion) throws {
    try PeerFiles.with { files in
      let server = try Server(files, clients: .required)
      let shown = try client(version, server, files, ["-cert", files["client"], "-key", files["client-key"]])
      #expect(shown.contains("\(version) with CN=client.test\n"), "\(shown)")
      let refused = try client(version, server, files)
      #expect(refused.contains("alert") && !refused.contains("200 OK"), "\(refused)")
    }
  }

  // MARK: GnuTLS

  private func gnutls(_ version: TLSVersion, _ server: Server, _ files: PeerFiles, _ more: [String] = []) throws
    -> String
  {
    try server.run(
      [
        "gnutls-cli", "127.0.0.1", "--port", "\(server.port)", "--sni-hostname", "example.test", "--verify-hostname",
        "example.test", "--x509cafile", files["trust"], "--priority",
        "NORMAL:-VERS-ALL:+VERS-TLS1.\(version == .v1_2 ? 2 : 3)",
      ] + more, input: "GET / HTTP/1.0\n")
  }

  @Test(arguments: versions)
  func `gnutls-cli speaks with a server`(version: TLSVersion) throws {
    try PeerFiles.with { files in
      let printed = try gnutls(version, Server(files), files)
      #expect(printed.contains("The certificate is trusted"), "\(printed)")
      #expect(printed.contains("\(version) with nobody\n"), "\(printed)")
      #expect(!printed.contains("was not properly terminated"), "\(printed)")
    }
  }

  @Test(arguments: versions)
  func `gnutls-cli resumes`(version: TLSVersion) throws {
    try PeerFiles.with { files in
      let printed = try gnutls(version, Server(files), files, ["--resume", "--waitresumption"])
      #expect(printed.contains("*** This is a resumed session"), "\(printed)")
      #expect(printed.contains("\(version) with nobody, resumed\n"), "\(printed)")
    }
  }

  @Test(arguments: versions)
  func `gnutls-cli shows its certificate where that is required`(version: TLSVersion) throws {
    try PeerFiles.with { files in
      let server = try Server(files, clients: .required)
      let shown = try gnutls(
        version, server, files, ["--x509certfile", files["client"], "--x509keyfile", files["client-key"]])
      #expect(shown.contains("\(version) with CN=client.test\n"), "\(shown)")
      let refused = try gnutls(version, server, files)
      #expect(!refused.contains("200 OK"), "\(refused)")
    }
  }

  // MARK: curl

  private func curl(_ host: String, _ server: Server, _ files: PeerFiles, _ more: [String] = []) throws -> String {
    try server.run(
      [
        "curl", "-sS", "--cacert", files["trust"], "--resolve", "\(host):\(server.port):127.0.0.1",
        "https://\(host):\(server.port)/",
      ] + more)
  }

  @Test(arguments: versions) func `curl fetches a page`(version: TLSVersion) throws {
    try PeerFiles.with { files in
      let limit = version == .v1_2 ? ["--tls-max", "1.2"] : ["--tlsv1.3"]
      let printed = try curl("example.test", Server(files), files, limit)
      #expect(printed == "\(version) with nobody\n")
    }
  }

  @Test(arguments: versions) func `curl checks the name, and shows its certificate`(version: TLSVersion) throws {
    try PeerFiles.with { files in
      let server = try Server(files, clients: .required)
      let limit = version == .v1_2 ? ["--tls-max", "1.2"] : ["--tlsv1.3"]
      let identity = ["--cert", files["client"], "--key", files["client-key"]]
      let refused = try curl("other.test", server, files, limit + identity)
      #expect(refused.contains("other.test"), "\(refused)")
      #expect(try curl("example.test", server, files, limit + identity) == "\(version) with CN=client.test\n")
      #expect(try !curl("example.test", server, files, limit).contains(" with "))
    }
  }

  // In TLS 1.2 curl takes no tickets, and knows sessions by their ids alone.
  @Test(arguments: versions) func `curl resumes`(version: TLSVersion) throws {
    try PeerFiles.with { files in
      let server = try Server(files, sessions: .cached(10))
      let limit = version == .v1_2 ? ["--tls-max", "1.2"] : ["--tlsv1.3"]
      let printed = try curl("example.test", server, files, limit + ["https://example.test:\(server.port)/again"])
      #expect(printed == "\(version) with nobody\n\(version) with nobody, resumed\n")
    }
  }

  // MARK: Python

  @Test(arguments: versions)
  func `Python's ssl shows its certificate, shuts down in both directions, and resumes`(version: TLSVersion) throws {
    let script = """
      import ssl, socket, sys
      c = ssl.create_default_context(cafile=sys.argv[1])
      c.load_cert_chain(sys.argv[4], sys.argv[5])
      c.maximum_version = ssl.TLSVersion.TLSv1_2 if sys.argv[3] == "2" else ssl.TLSVersion.TLSv1_3
      session = None
      for _ in range(2):
          raw = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
          s = c.wrap_socket(raw, server_hostname="example.test", session=session)
          s.sendall(b"GET /\\n")
          data = b""
          while True:
              piece = s.recv(4096)
              if not piece: break
              data += piece
          session = s.session
          s.unwrap()
          print(data.decode().splitlines()[-1], "and unwrapped")
      """
    try PeerFiles.with { files in
      let server = try Server(files, clients: .required)
      let printed = try server.run(
        [
          "python3", "-c", script, files["trust"], "\(server.port)", version == .v1_2 ? "2" : "3", files["client"],
          files["client-key"],
        ])
      let line = "\(version) with CN=client.test"
      #expect(printed == "\(line) and unwrapped\n\(line), resumed and unwrapped\n", "\(printed)")
    }
  }
}
