import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Row 4 of the faults.
@Suite struct NegotiationTests {
  @Test func `the server's favourite among the offered protocols is chosen`() throws {
    let talk = try Conversation(
      client: { $0.options.protocols = ["http/1.1", "h2", "x"] },
      server: { $0.options.protocols = ["h3", "h2", "http/1.1"] })
    try talk.settle()
    #expect(talk.clientSees.info?.applicationProtocol == "h2")
    #expect(talk.serverSees.info?.applicationProtocol == "h2")
  }

  @Test func `no protocol in common is refused, or tolerated where that is wanted`() throws {
    for tolerates in [false, true] {
      let talk = try Conversation(
        client: { $0.options.protocols = ["h2"] },
        server: {
          $0.options.protocols = ["h3"]
          $0.toleratesUnknownProtocols = tolerates
        })
      try talk.settle()
      #expect(talk.clientSees.log == (tolerates ? ["connected"] : ["error"]))
      if !tolerates {
        #expect(talk.clientSees.failure == .alertReceived(TLSAlert(code: 120)))
        #expect(
          talk.clientSees.failure?.description.hasSuffix("it speaks none of the protocols that were offered") == true)
      }
    }
  }

  @Test func `who offers no protocol comes in, and learns of none`() throws {
    let talk = try Conversation(server: { $0.options.protocols = ["h2"] })
    try talk.settle()
    #expect(talk.clientSees.log == ["connected"])
    #expect(talk.serverSees.info != nil && talk.serverSees.info?.applicationProtocol == nil)
  }

  @Test func `the identity is chosen by the name that the client asks for`() throws {
    let names = ["a.test": "a.test", "x.b.test": "*.b.test", "example.test": "example.test"]
    for (host, shown) in names {
      let talk = try server(asked: host) { _ in }
      try talk.settle()
      #expect(talk.clientSees.info?.peerCertificates.first?.names == [shown], "\(host)")
      #expect(talk.serverSees.info?.serverName == host)
    }
  }

  @Test func `unknown names are refused where that is wanted, or where there is nothing to show`() throws {
    for change in [{ $0.refusesUnknownNames = true }, { $0.identity = nil }] as [(inout TLSServerConfiguration) -> Void]
    {
      let talk = try server(asked: "nobody.test", change)
      try talk.settle()
      #expect(talk.clientSees.failure == .alertReceived(TLSAlert(code: 112)))
      #expect(talk.serverSees.log == ["error"])
    }
  }

  private func server(asked host: String, _ change: (inout TLSServerConfiguration) -> Void) throws -> Conversation {
    let root = try TestAuthority(name: "Root")
    let identities = ["a.test": try root.issue(host: "a.test").tls, "*.b.test": try root.issue(host: "*.b.test").tls]
    return try Conversation(
      host: host, identity: try root.issue(),
      server: {
        $0.identities = identities
        change(&$0)
      })
  }

  @Test func `ciphers, groups and versions can be chosen, and what does not fit is told in words`() throws {
    let talk = try Conversation(client: {
      $0.options.cipherSuites = "TLS_CHACHA20_POLY1305_SHA256"
      $0.options.groups = "P-256"
    })
    try talk.settle()
    #expect(talk.clientSees.info?.cipher == "TLS_CHACHA20_POLY1305_SHA256")
    #expect(talk.clientSees.info?.group == "prime256v1" && talk.serverSees.info?.group == "prime256v1")
    let apart = try Conversation(client: { $0.options.newest = .v1_2 }, server: { $0.options.oldest = .v1_3 })
    try apart.settle()
    #expect(apart.serverSees.failure == .oldVersion("TLS 1.2"))
    #expect(apart.clientSees.failure?.description.contains("it speaks no version that this end speaks") == true)
  }

  @Test func `the information is shown in the debug description`() throws {
    let talk = try Conversation()
    #expect(talk.client.debugDescription.contains("TLS client (handshake, 0 bytes came)"))
    try talk.settle()
    #expect(talk.client.debugDescription.contains("TLS client (TLS 1.3, TLS_AES_128_GCM_SHA256, for example.test"))
    #expect(talk.clientSees.info?.handshakeTime != nil)
  }

  @Test func `secrets go to the key log in its format`() throws {
    let lines = Lines()
    let talk = try Conversation(client: { $0.options.keyLog = { lines.add($0) } })
    try talk.settle()
    #expect(lines.all.contains { $0.hasPrefix("CLIENT_TRAFFIC_SECRET_0 ") })
  }

  // The library keeps a certificate for each kind of key, and would show the one that clients like best.
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `the identity that was chosen is shown whatever the kinds of keys`(version: TLSVersion) throws {
    let root = try TestAuthority(name: "Root")
    for (usual, named) in [(TestKey.Choice.p256, .rsa2048), (.rsa2048, .p256)] as [(TestKey.Choice, TestKey.Choice)] {
      let identities = ["a.test": try root.issue(host: "a.test", key: named).tls]
      let talk = try Conversation(
        host: "a.test", identity: root.issue(key: usual), client: { $0.options.newest = version },
        server: { $0.identities = identities })
      try talk.settle()
      #expect(talk.clientSees.log == ["connected"], "\(String(describing: talk.clientSees.failure))")
      #expect(talk.clientSees.info?.peerCertificates.first?.names == ["a.test"])
    }
  }

  @Test func `names are refused where none is known, and clients without one come in`() throws {
    for (host, isFine) in [("example.test", false), ("127.0.0.1", true)] {
      let talk = try Conversation(host: host, server: { $0.refusesUnknownNames = true })
      try talk.settle()
      #expect(talk.clientSees.log == (isFine ? ["connected"] : ["error"]))
      if !isFine { #expect(talk.clientSees.failure == .alertReceived(TLSAlert(code: 112))) }
    }
  }

  @Test func `the information has what was chosen, and strange names in it are escaped`() throws {
    var blueprint = TestBlueprint(host: "example.test")
    blueprint.commonName = "a\u{202E}b\u{9B}ü"
    let contexts = try Conversation.contexts(
      .selfSigned(blueprint), { $0.options.protocols = ["h2\n"] }, { $0.options.protocols = ["h2\n"] })
    let first = try Conversation(contexts: contexts)
    try first.settle()
    let second = try Conversation(resuming: first.client.tls?.sessionTicket, contexts: contexts)
    try second.settle()
    let shown = second.client.debugDescription
    #expect(shown.contains("ALPN h2\\x0A, for example.test, peer CN=a\\xE2\\x80\\xAEb\\xC2\\x9Bü, resumed, hand"))
  }
}
