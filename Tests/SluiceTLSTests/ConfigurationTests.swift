import Foundation
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

@Suite struct ConfigurationTests {
  /// What making a server's context says.
  func words(_ identity: TLSIdentity) -> String {
    do {
      _ = try TLSContext(server: TLSServerConfiguration(identity: identity))
      return "fine"
    } catch {
      return error.description
    }
  }

  @Test func `what is wrong with a certificate or a key is told, with what to give`() throws {
    let good = try TestIdentity.shared
    let wrong = try good.withWrongKey()
    #expect(words(good.tls) == "fine")
    #expect(
      words(wrong.tls).contains("a private key that does not belong to the certificate of CN=example.test"),
      "\(words(wrong.tls))")
    let key = good.tls.key
    let certificates = good.tls.certificates
    #expect(words(TLSIdentity(certificates: .pem(""), key: key)).contains("it is empty"))
    #expect(words(TLSIdentity(certificates: key, key: key)).contains("no certificate: it holds PRIVATE KEY"))
    #expect(words(TLSIdentity(certificates: certificates, key: certificates)).contains("it holds CERTIFICATE"))
    #expect(words(TLSIdentity(certificates: .pem("hello"), key: key)).contains("it holds no PEM block"))
    let broken = good.chainPEM.replacingOccurrences(of: "MII", with: "M!I")
    #expect(words(TLSIdentity(certificates: .pem(broken), key: key)).contains("cannot be read"))
    #expect(words(TLSIdentity(certificates: .der([[1, 2]]), key: key)).contains("number 1 is no certificate"))
    #expect(words(TLSIdentity(certificates: certificates, key: .der([[1]]))).contains("no private key"))
    let missing = words(TLSIdentity(certificates: .file("/nowhere/a.pem"), key: key))
    #expect(missing == "/nowhere/a.pem: cannot be read: No such file or directory; give the path of a file in PEM form")
  }

  @Test func `a key that the library finds too weak is told before anybody connects, for each name`() throws {
    let weak = try TestIdentity.selfSigned(key: .rsa1024)
    #expect(words(weak.tls).contains("the library refuses it (ee key too small)"))
    var configuration = TLSServerConfiguration(identity: try TestIdentity.shared.tls)
    configuration.identities = ["weak.test": weak.tls]
    #expect {
      try TLSContext(server: configuration)
    } throws: {
      "\($0)".contains("the library refuses it (ee key too small); give a certificate with an RSA key")
    }
  }

  @Test(arguments: [
    (OddIdentity.dsa, "a DSA key, which TLS does not sign with"),
    (.secp256k1, "a key on the curve secp256k1, which TLS does not sign with"),
    (.brainpool, "a key on the curve brainpoolP256r1, which TLS does not sign with"),
  ])
  func `a key that no handshake signs with is told before anybody connects, for each side and name`(
    _ odd: OddIdentity, _ found: String
  ) throws {
    let words = "the PEM that was given: \(found); give a certificate with an RSA key"
    #expect(self.words(odd.tls).hasPrefix(words), "\(self.words(odd.tls))")
    var server = TLSServerConfiguration(identity: try TestIdentity.shared.tls)
    server.identities = ["odd.test": odd.tls]
    #expect { try TLSContext(server: server) } throws: { "\($0)".hasPrefix(words) }
    var client = TLSClientConfiguration()
    client.identity = odd.tls
    #expect { try TLSContext(client: client) } throws: { "\($0)".hasPrefix(words) }
  }

  @Test func `a curve that is named as a group is taken, where TLS 1.2 is spoken`() throws {
    func talk(oldest: TLSVersion) throws -> Conversation {
      try Conversation(
        host: nil,
        client: {
          $0.verification = .nothing
          $0.options.groups = "X25519:secp256k1"
        },
        server: {
          $0.identity = OddIdentity.secp256k1.tls
          $0.options.groups = "X25519:secp256k1"
          $0.options.oldest = oldest
        })
    }
    let open = try talk(oldest: .v1_2)
    try open.settle()
    #expect(open.clientSees.log == ["connected"])
    #expect(throws: TLSConfigurationError.self) { try talk(oldest: .v1_3) }
  }

  @Test(arguments: [
    (TestKey.Choice.rsa2048, "ECDHE+aECDSA"), (.p256, "ECDHE+aRSA"), (.ed25519, "ECDHE+aRSA"),
  ])
  func `a key that none of the ciphers goes with is told before anybody connects`(
    _ key: TestKey.Choice, _ ciphers: String
  ) throws {
    let identity = try TestIdentity.selfSigned(key: key)
    var server = TLSServerConfiguration(identity: identity.tls)
    server.options.ciphers = ciphers
    _ = try TLSContext(server: server)
    server.options.newest = .v1_2
    #expect {
      try TLSContext(server: server)
    } throws: {
      "\($0)".contains("a key that none of the ciphers \"\(ciphers)\" goes with; give a certificate with an")
    }
    server.options.ciphers = "ECDHE+aECDSA:ECDHE+aRSA"
    _ = try TLSContext(server: server)
    // A client's key has nothing to do with ciphers.
    var client = TLSClientConfiguration()
    client.identity = identity.tls
    (client.options.ciphers, client.options.newest) = (ciphers, .v1_2)
    _ = try TLSContext(client: client)
  }

  @Test(arguments: [
    (TLSSessions.tickets(-1), "tickets(-1); give a number from 0 to 16"),
    (.tickets(17), "tickets(17); give a number from 0 to 16"),
    (.tickets(.max), "give a number from 0 to 16"),
    (.cached(0), "cached(0); give a number from 1 to 1000000"),
    (.cached(.max), "give a number from 1 to 1000000"),
  ])
  func `numbers of sessions that nobody can want are refused`(_ sessions: TLSSessions, _ words: String) throws {
    var server = TLSServerConfiguration(identity: try TestIdentity.shared.tls)
    server.sessions = sessions
    #expect { try TLSContext(server: server) } throws: { "\($0)".hasPrefix("sessions: ") && "\($0)".hasSuffix(words) }
  }

  @Test func `the most tickets that can be asked for are no flood, with certificates of clients in each`() throws {
    let root = try TestAuthority(name: "Clients")
    let client = try root.issue(host: "client.test", usage: .client)
    let talk = try Conversation(
      client: { $0.identity = client.tls },
      server: {
        $0.sessions = .tickets(16)
        $0.clients = .required
        $0.trust = client.trust
      })
    try talk.settle()
    talk.server.write("after the tickets")
    try talk.settle()
    #expect(talk.clientSees.log == ["connected", "read"])
    #expect(talk.client.tls?.sessionTicket != nil)
  }

  @Test(arguments: ["\r", "\r\n"])
  func `PEM with line ends of other systems is read`(_ end: String) throws {
    let good = try TestIdentity.shared
    func text(_ pem: String) -> TLSSource { .pem(pem.replacingOccurrences(of: "\n", with: end)) }
    let identity = TLSIdentity(certificates: text(good.chainPEM), key: text(good.privateKeyPEM))
    #expect(words(identity) == "fine")
    #expect(try text(good.chainPEM).certificates().count == good.tls.certificates.certificates().count)
  }

  @Test func `a certificate cut at any byte is an error, and never a crash`() throws {
    let pem = Array(try TestIdentity.shared.chainPEM.utf8)
    let key = try TestIdentity.shared.tls.key
    for count in stride(from: 0, to: pem.count - 2, by: 61) {
      #expect(words(TLSIdentity(certificates: .pem(Array(pem[..<count])), key: key)) != "fine")
    }
  }

  @Test func `DER does as well as PEM`() throws {
    let good = try TestIdentity.shared
    #expect(words(TLSIdentity(certificates: .der(good.chainDER), key: .der([good.privateKeyDER]))) == "fine")
  }

  @Test func `encrypted keys ask for their passphrase`() throws {
    let good = try TestIdentity.shared
    let key = TLSSource.pem(try good.key.encryptedPEM(passphrase: "open sesame"))
    let certificates = good.tls.certificates
    #expect(words(TLSIdentity(certificates: certificates, key: key) { "open sesame" }) == "fine")
    #expect(
      words(TLSIdentity(certificates: certificates, key: key) { "wrong" }).contains("the passphrase does not open"))
    #expect(words(TLSIdentity(certificates: certificates, key: key) { nil }).contains("and no passphrase"))
    #expect(words(TLSIdentity(certificates: certificates, key: key)).contains("and no passphrase"))
  }

  @Test func `trust comes from files and folders`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: TLSConfigurationError.self) {
      try TLSContext(client: TLSClientConfiguration(trust: .folder(folder.path)))
    }
    let file = folder.appendingPathComponent("root.pem")
    try TestIdentity.shared.anchorPEM.write(to: file, atomically: true, encoding: .utf8)
    for trust in [TLSTrust.folder(folder.path), .file(file.path), .all([.system, .file(file.path)])] {
      let talk = try Conversation(client: { $0.trust = trust })
      try talk.settle()
      #expect(talk.clientSees.log == ["connected"])
    }
  }

  @Test func `settings that libssl does not know are refused by name`() throws {
    for change in [
      { $0.ciphers = "NONSENSE" }, { $0.cipherSuites = "TLS_NONSENSE" }, { $0.cipherSuites = "" },
      { $0.groups = "P-1" },
      { $0.protocols = [""] },
      {
        $0.oldest = .v1_3
        $0.newest = .v1_2
      },
    ] as [(inout TLSOptions) -> Void] {
      var configuration = TLSClientConfiguration()
      change(&configuration.options)
      #expect(throws: TLSConfigurationError.self) { try TLSContext(client: configuration) }
    }
    #expect(throws: TLSConfigurationError.self) { try TLSContext(server: TLSServerConfiguration(identity: nil)) }
    var server = TLSServerConfiguration(identity: try TestIdentity.shared.tls)
    server.clients = .required
    #expect(throws: TLSConfigurationError.self) { try TLSContext(server: server) }
  }

  @Test func `new certificates serve new connections while old ones go on`() throws {
    let root = try TestAuthority(name: "Root")
    let old = try Conversation.contexts(try root.issue(host: "example.test"))
    let first = try Conversation(contexts: old)
    try first.settle()
    let new = try Conversation.contexts(try root.issue(host: "*.new.test"))
    let second = try Conversation(host: "a.new.test", contexts: (old.client, new.server))
    try second.settle()
    first.client.write("still here")
    try first.settle()
    #expect(second.clientSees.info?.peerCertificates.first?.names == ["*.new.test"])
    #expect(first.serverSees.text == "still here")
  }

  @Test func `a role that does not fit its context is refused`() throws {
    let contexts = try Conversation.contexts()
    let (left, right) = EventBase().pair()
    #expect(throws: TLSError.self) { try left.secured(.server(contexts.client)) }
    #expect(throws: TLSError.self) { try right.secured(.client(contexts.server, host: "example.test")) }
    #expect(throws: TLSError.self) { try right.secured(.client(contexts.client, host: nil)) }
  }
}
