import ArgumentParser
import SampleSupport
import Sluice
import SluiceTLS
import SluiceTLSTesting

/// A mail server's first words, as far as STARTTLS (RFC 3207): a live connection is secured in the middle.
@main
struct STARTTLSServer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "starttls-server", abstract: "Speaks SMTP as far as STARTTLS, and notes what it is told under TLS.",
    discussion: "Try it: openssl s_client -connect 127.0.0.1:2525 -starttls smtp -crlf")

  @Option(help: "A certificate with its chain, in PEM; one is made up, where none is given.") var cert: String?
  @Option(help: "Its private key.") var key: String?
  @Argument(help: "Where to listen.") var address = "127.0.0.1:2525"

  // The loop runs on this thread, and nothing waits for the main actor.
  nonisolated func run() throws {
    guard let address = SocketAddress(address) else { throw ValidationError("\(address) is no address") }
    let context = try TLSContext(server: TLSServerConfiguration(identity: identity()))
    let base = EventBase()
    let listener = try base.listen(at: address) { client, _ in
      client.write("220 mail.example.test ESMTP Sluice\r\n")
      STARTTLSServer.converse(client, context)
    }
    say("starttls-server listens at \(listener.address)")
    try base.run()
  }

  /// Answers commands; the same under TLS as before it.
  private static nonisolated func converse(_ client: BufferEvent, _ context: TLSContext) {
    client.onRead = { client in
      while let line = client.input.readLine() {
        switch line.uppercased().split(separator: " ").first {
        case "EHLO":
          client.write("250-mail.example.test\r\n" + (client.tls == nil ? "250 STARTTLS\r\n" : "250 HELP\r\n"))
        case "STARTTLS" where client.tls == nil: return secure(client, context)
        case "QUIT":
          client.write("221 Bye\r\n")
          return client.close()
        default: client.write("250 noted\(client.tlsInfo.map { " under \($0.version)" } ?? " in plain text")\r\n")
        }
      }
    }
    client.onEvent = { client, event in
      if case .connected = event { return }
      client.close()
    }
  }

  private static nonisolated func secure(_ client: BufferEvent, _ context: TLSContext) {
    // Whoever sent more behind the command hoped that it would be taken for something said under TLS.
    guard client.input.isEmpty else { return client.abort() }
    client.write("220 go ahead\r\n")
    do {
      // What was written is ahead of the handshake, and nothing that was read before comes out of the new event.
      let secured = try client.secured(.server(context))
      converse(secured, context)
    } catch {
      say("\(error)")
      client.abort()
    }
  }

  private nonisolated func identity() throws -> TLSIdentity {
    if let cert { return TLSIdentity(certificates: .file(cert), key: .file(key ?? cert)) }
    let made = try TestIdentity.selfSigned(host: "mail.example.test")
    return TLSIdentity(certificates: .pem(made.chainPEM), key: .pem(made.privateKeyPEM))
  }
}
