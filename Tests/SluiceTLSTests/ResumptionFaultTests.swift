import COpenSSL
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Row 15 of the faults: what is wrong with a ticket leads to a full handshake, and never past a check.
@Suite struct ResumptionFaultTests {
  private func ticket(_ contexts: (client: TLSContext, server: TLSContext)) throws -> TLSSessionTicket {
    let first = try Conversation(contexts: contexts)
    try first.settle()
    let ticket = try #require(first.client.tls?.sessionTicket)
    first.client.close()
    first.server.close()
    try first.settle()
    return ticket
  }

  private func resumes(
    _ ticket: TLSSessionTicket?, _ contexts: (client: TLSContext, server: TLSContext)
  ) throws -> Conversation {
    let talk = try Conversation(resuming: ticket, contexts: contexts)
    try talk.settle()
    talk.client.write("data")
    try talk.settle()
    return talk
  }

  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `a ticket that somebody changed is not resumed`(version: TLSVersion) throws {
    let contexts = try Conversation.contexts(nil, { $0.options.newest = version })
    let saved = try ticket(contexts).saved
    var resumed = 0
    var refused = 0
    for place in stride(from: 0, to: saved.count, by: 7) {
      var forged = saved
      forged[place] ^= 0x20
      guard let ticket = TLSSessionTicket(saved: forged, host: "example.test") else {
        refused += 1
        continue
      }
      let talk = try resumes(ticket, contexts)
      // Whether it is the ticket or what this end remembers of it: either all is well, or nothing is.
      if talk.serverSees.info?.isResumed == true { resumed += 1 }
      #expect(talk.serverSees.text == "data" || talk.serverSees.log == ["error"] || talk.clientSees.log == ["error"])
    }
    #expect(refused > 0)
    // Parts of it are this end's own memory, such as the certificate: the server never sees them.
    #expect(resumed < saved.count / 7)
  }

  // A server takes it for an attack where the cipher of a session is not among those that are offered: RFC 5246, 7.4.1.2.
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `a ticket whose cipher this client speaks no more is no trouble`(version: TLSVersion) throws {
    let contexts = try Conversation.contexts(nil, { $0.options.newest = version })
    let others = try Conversation.contexts(
      nil,
      {
        $0.options.newest = version
        ($0.options.ciphers, $0.options.cipherSuites) = ("ECDHE+CHACHA20", "TLS_AES_256_GCM_SHA384")
      })
    let talk = try resumes(ticket(contexts), (others.client, contexts.server))
    #expect(talk.serverSees.text == "data")
    #expect(talk.serverSees.info?.isResumed == false)
  }

  @Test func `a ticket whose time is over is not offered`() throws {
    let contexts = try Conversation.contexts()
    let saved = try ticket(contexts).saved
    let session = saved.withUnsafeBufferPointer { bytes in
      var at = bytes.baseAddress
      return d2i_SSL_SESSION(nil, &at, bytes.count)
    }
    defer { SSL_SESSION_free(session) }
    SSL_SESSION_set_time(session, SSL_SESSION_get_time(session) - 1_000_000)
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_SSL_SESSION(session, &bytes)
    let old = TLSSessionTicket(saved: Array(UnsafeBufferPointer(start: bytes, count: Int(count))), host: "example.test")
    CRYPTO_free(bytes, nil, 0)
    let talk = try resumes(old, contexts)
    #expect(talk.clientSees.info?.isResumed == false)
    #expect(talk.serverSees.text == "data")
  }

  @Test func `the protocol is chosen anew, and not remembered`() throws {
    let contexts = try Conversation.contexts(
      nil, { $0.options.protocols = ["h2", "http/1.1"] }, { $0.options.protocols = ["http/1.1"] })
    let ticket = try ticket(contexts)
    let other = try TLSContext(
      client: {
        var configuration = TLSClientConfiguration(trust: try TestIdentity.shared.trust)
        configuration.options.protocols = ["x"]
        return configuration
      }())
    let talk = try resumes(ticket, (other, contexts.server))
    #expect(talk.clientSees.failure == .alertReceived(TLSAlert(code: 120)))
  }

  @Test func `a server's new certificate is seen with the next full handshake`() throws {
    let root = try TestAuthority(name: "Root")
    let contexts = try Conversation.contexts(root.issue())
    let ticket = try ticket(contexts)
    let renewed = try TLSContext(server: TLSServerConfiguration(identity: root.issue().tls))
    let talk = try resumes(ticket, (contexts.client, renewed))
    #expect(talk.clientSees.info?.isResumed == false)
    #expect(talk.serverSees.text == "data")
  }

  @Test func `a client that has to show a certificate cannot come in with a ticket that was given without one`() throws
  {
    let root = try TestAuthority(name: "Clients")
    func contexts(_ clients: TLSClientVerification) throws -> (client: TLSContext, server: TLSContext) {
      try Conversation.contexts(
        nil, { _ in },
        {
          $0.clients = clients
          $0.trust = .certificates(.pem(root.anchorPEM))
        })
    }
    let lenient = try contexts(.optional)
    let strict = try contexts(.required)
    let talk = try resumes(try ticket(lenient), (lenient.client, strict.server))
    #expect(talk.serverSees.log == ["error"])
    #expect(talk.serverSees.text == "")
  }

  // OpenSSL's CVE-2024-2511.
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `a server's cache of sessions is bounded`(version: TLSVersion) throws {
    let contexts = try Conversation.contexts(nil, { $0.options.newest = version }, { $0.sessions = .cached(5) })
    for _ in 0..<30 { _ = try ticket(contexts) }
    #expect(sluice_ssl_ctx_sessions(contexts.server.pointer) <= 5)
  }

  @Test func `a ticket of a connection that checked less is not offered by one that checks more`() throws {
    let other = try TestIdentity.selfSigned(host: "other.test")
    func contexts(_ verification: TLSServerVerification, _ server: TLSContext? = nil) throws
      -> (client: TLSContext, server: TLSContext)
    {
      let made = try Conversation.contexts(other, { $0.verification = verification })
      return (made.client, server ?? made.server)
    }
    for lenient in [TLSServerVerification.chainOnly, .nothing] {
      let first = try contexts(lenient)
      let ticket = try ticket(first)
      // Where as little is checked, it is good.
      #expect(try resumes(ticket, first).clientSees.info?.isResumed == true)
      let again = try self.ticket(first)
      let talk = try resumes(again, contexts(.full, first.server))
      #expect(talk.clientSees.log == ["error"], "\(lenient)")
      #expect(talk.serverSees.text == "")
    }
    // The chain, which nobody looked at.
    let stranger = try Conversation.contexts(.selfSigned(), { $0.verification = .nothing })
    let ticket = try ticket(stranger)
    let strict = try Conversation.contexts(nil, { $0.verification = .chainOnly })
    let talk = try resumes(ticket, (strict.client, stranger.server))
    #expect(talk.clientSees.log == ["error"])
  }

  // RFC 6066, section 3: a server that is asked for another name than that of the session begins anew.
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `a session is not resumed under another name`(version: TLSVersion) throws {
    let root = try TestAuthority(name: "Root")
    let identity = try root.issue(host: "*.example.test").tls
    let contexts = try Conversation.contexts(root.issue(host: "*.example.test"), { $0.options.newest = version }) {
      $0.identities = ["a.example.test": identity, "b.example.test": identity]
    }
    for (host, isResumed) in [("a.example.test", true), ("A.example.TEST", true), ("b.example.test", false)] {
      let first = try Conversation(host: "a.example.test", contexts: contexts)
      try first.settle()
      let session = try #require(first.client.tls?.sessionTicket)
      first.client.close()
      try first.settle()
      // A client that does not keep names apart.
      let ticket = try #require(TLSSessionTicket(saved: session.saved, host: host))
      let second = try Conversation(host: host, resuming: ticket, contexts: contexts)
      try second.settle()
      #expect(second.serverSees.log == ["connected"])
      #expect(second.serverSees.info?.isResumed == isResumed, "\(host)")
      #expect(second.serverSees.info?.serverName?.lowercased() == host.lowercased())
    }
  }

  // RFC 8446, C.4.
  @Test func `a ticket of TLS 1-3 is good for one connection`() throws {
    let contexts = try Conversation.contexts()
    let ticket = try ticket(contexts)
    #expect(try resumes(ticket, contexts).clientSees.info?.isResumed == true)
    let again = try resumes(ticket, contexts)
    #expect(again.clientSees.info?.isResumed == false)
    #expect(again.serverSees.text == "data")
  }
}
