import Foundation
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

/// Other people's programs against this end, over sockets. Where a program is not installed, its test says nothing.
@Suite struct RealPeerTests {
  /// Runs a program with the loop beside it, and gives what it printed.
  private func run(_ program: String, _ arguments: [String], input: String, on base: EventBase) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let (toProgram, fromProgram) = (Pipe(), Pipe())
    process.standardInput = toProgram
    process.standardOutput = fromProgram
    process.standardError = fromProgram
    let handle = base.handle
    process.terminationHandler = { _ in handle.execute { $0.stop() } }
    try process.run()
    toProgram.fileHandleForWriting.write(Data(input.utf8))
    if !input.isEmpty { try toProgram.fileHandleForWriting.close() }
    base.schedule(after: .seconds(30)) { process.terminate() }
    try base.runUntilStopped()
    return String(decoding: fromProgram.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  /// A server that answers a line with an HTTP response that says which version is spoken, and ends.
  private func serve(_ base: EventBase, _ context: TLSContext, _ served: @escaping (BufferEvent) -> Void) throws -> Int
  {
    let listener = try base.listen(at: .loopback()) { event, _ in
      guard let secured = try? event.secured(.server(context)) else { return }
      served(secured)
      secured.onRead = { event in
        guard event.input.string().contains("\n") else { return }
        event.input.drain()
        let body = "spoken: \(event.tlsInfo?.version.description ?? "")\n"
        event.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
        event.finish()
      }
      secured.onEvent = { event, what in
        if case .connected = what { return }
        event.close()
      }
    }
    withExtendedLifetime(listener) {}
    servers.append(listener)
    return Int(listener.address.port ?? 0)
  }

  private let servers = Kept()

  private final class Kept {
    var listeners: [Listener] = []
    func append(_ listener: Listener) { listeners.append(listener) }
  }

  private func withTrust<Result>(_ body: (String) throws -> Result) throws -> Result {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString).pem")
    try TestIdentity.shared.anchorPEM.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try body(file.path)
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")), arguments: [TLSVersion.v1_2, .v1_3])
  func `openssl s_client speaks with a server`(version: TLSVersion) throws {
    let base = EventBase()
    let context = try Conversation.contexts().server
    var kept: [BufferEvent] = []
    let port = try serve(base, context) { kept.append($0) }
    let printed = try withTrust { trust in
      try run(
        "/usr/bin/openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(port)", "-servername", "example.test", "-CAfile", trust,
          "-verify_return_error", "-verify_hostname", "example.test", "-quiet", "-ign_eof",
          version == .v1_2 ? "-tls1_2" : "-tls1_3",
        ], input: "GET / HTTP/1.0\n", on: base)
    }
    #expect(printed.contains("spoken: \(version)"), "\(printed)")
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl")))
  func `curl fetches a page, and checks the name`() throws {
    let base = EventBase()
    var kept: [BufferEvent] = []
    let port = try serve(base, Conversation.contexts().server) { kept.append($0) }
    let printed = try withTrust { trust in
      try run(
        "/usr/bin/env",
        [
          "curl", "-sS", "--cacert", trust, "--resolve", "example.test:\(port):127.0.0.1",
          "https://example.test:\(port)/",
        ],
        input: "", on: base)
    }
    #expect(printed == "spoken: TLS 1.3\n")
    let refused = try withTrust { trust in
      try run(
        "/usr/bin/env",
        ["curl", "-sS", "--cacert", trust, "--resolve", "other.test:\(port):127.0.0.1", "https://other.test:\(port)/"],
        input: "", on: base)
    }
    #expect(refused.contains("certificate") || refused.contains("SSL"), "\(refused)")
  }

  @Test
  func `Python's ssl shuts down in both directions`() throws {
    let base = EventBase()
    var kept: [BufferEvent] = []
    let port = try serve(base, Conversation.contexts().server) { kept.append($0) }
    let script = """
      import ssl, socket, sys
      c = ssl.create_default_context(cafile=sys.argv[1])
      s = c.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2]))), server_hostname="example.test")
      s.sendall(b"GET /\\n")
      data = b""
      while True:
          piece = s.recv(4096)
          if not piece: break
          data += piece
      s.unwrap()
      print(data.decode().splitlines()[-1], "and unwrapped")
      """
    let printed = try withTrust { trust in
      try run("/usr/bin/env", ["python3", "-c", script, trust, "\(port)"], input: "", on: base)
    }
    #expect(printed == "spoken: TLS 1.3 and unwrapped\n")
  }
}
