import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Rows 5 and 6 of the faults.
@Suite struct VerificationTests {
  /// Lets a client meet a server, and gives what the client found wrong.
  func fault(
    of identity: TestIdentity, trusting trust: TLSTrust? = nil, host: String = "example.test",
    _ change: (inout TLSClientConfiguration) -> Void = { _ in }
  ) throws -> (TLSCertificateError?, Conversation) {
    let talk = try Conversation(
      host: host, identity: identity,
      client: {
        if let trust { $0.trust = trust }
        change(&$0)
      })
    talk.client.write("not for you")
    try talk.settle()
    #expect(talk.serverSees.text.isEmpty || talk.clientSees.failure == nil)
    guard case .certificate(let error)? = talk.clientSees.failure else { return (nil, talk) }
    #expect(talk.clientSees.log == ["error"])
    return (error, talk)
  }

  @Test func `expired, early, wrong host, wrong use and untrusted are told apart`() throws {
    let root = try TestAuthority(name: "Test root")
    let expired = try fault(of: root.issue(validity: .expired)).0
    #expect(expired?.description.contains("expired at") == true)
    let early = try fault(of: root.issue(validity: .notYetValid)).0
    #expect(early?.description.contains("is not valid before") == true)
    let other = try fault(of: root.issue(host: "other.test")).0
    #expect(other?.reason == .wrongHost(wanted: "example.test", names: ["other.test"]))
    #expect(other?.description == "the certificate of CN=other.test is not for example.test, but for other.test")
    let usage = try fault(of: root.issue(usage: .client)).0
    #expect(usage?.reason == .wrongUsage)
    let impostor = try TestAuthority(name: "Test root")
    let untrusted = try fault(of: root.issue(), trusting: .certificates(.pem(impostor.anchorPEM))).0
    #expect(untrusted != nil)
    let selfSigned = try fault(of: .selfSigned(), trusting: .certificates(.pem(impostor.anchorPEM))).0
    #expect(selfSigned?.reason == .selfSigned)
    let nobody = try fault(of: root.issue(), trusting: .system).0
    #expect(nobody?.reason == .unknownIssuer)
  }

  @Test func `a chain over an intermediate is followed, and missed where it is not sent`() throws {
    let issuing = try TestAuthority(name: "Root").intermediate(name: "Issuing")
    let identity = try issuing.issue()
    let (error, talk) = try fault(of: identity)
    #expect(error == nil)
    #expect(talk.clientSees.info?.peerCertificates.map(\.subject) == ["CN=example.test", "CN=Issuing"])
    #expect(try fault(of: identity.withoutIntermediates).0?.reason == .unknownIssuer)
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.0.0.2", false), ("::1", true), ("::1%1", true), ("a.example.test", false),
  ])
  func `names and addresses are checked`(host: String, isFine: Bool) throws {
    let (error, talk) = try fault(of: .shared, host: host)
    #expect((error == nil) == isFine)
    if isFine { #expect(talk.serverSees.info?.serverName == nil) }
  }

  // RFC 6066, section 3: the name is sent without the dot of the root.
  @Test func `a name with a dot at its end is that without`() throws {
    let (error, talk) = try fault(of: .shared, host: "example.test.")
    #expect(error == nil)
    #expect(talk.serverSees.info?.serverName == "example.test")
    let other = try fault(of: .shared, host: "other.test.").0
    #expect(other?.description.hasPrefix("the certificate of CN=example.test is not for other.test.") == true)
  }

  @Test func `checks can be left out, part by part`() throws {
    let other = try TestIdentity.selfSigned(host: "other.test")
    #expect(try fault(of: other) { $0.verification = .chainOnly }.0 == nil)
    let impostor = try TestIdentity.selfSigned()
    #expect(try fault(of: other, trusting: impostor.trust) { $0.verification = .chainOnly }.0 != nil)
    #expect(try fault(of: other, trusting: impostor.trust) { $0.verification = .nothing }.0 == nil)
  }

  @Test func `the application has the last word`() throws {
    let impostor = try TestIdentity.selfSigned()
    let accepted = try fault(of: .shared, trusting: impostor.trust) {
      $0.options.verify = { $0.error?.reason == .selfSigned && $0.host == "example.test" && $0.chain.count == 1 }
    }
    #expect(accepted.0 == nil)
    #expect(accepted.1.clientSees.log == ["connected"])
    let refused = try fault(of: .shared) { $0.options.verify = { _ in false } }
    #expect(refused.0?.reason == .refusedByApplication)
  }

  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `a server tells why it was refused`(version: TLSVersion) throws {
    let talk = try Conversation(
      client: {
        $0.trust = .system
        $0.options.newest = version
      })
    try talk.settle()
    #expect(talk.serverSees.log == ["error"])
    #expect(talk.serverSees.failure?.description.contains("unknown CA (48)") == true)
  }

  // Row 6.
  @Test(arguments: [TLSVersion.v1_2, .v1_3])
  func `clients show certificates where they are required`(version: TLSVersion) throws {
    let root = try TestAuthority(name: "Clients")
    let good = try root.issue(host: "client.test", usage: .client)
    let bad = try TestIdentity.selfSigned(host: "client.test", usage: .client)
    for (identity, isFine) in [(good, true), (bad, false), (nil, false)] as [(TestIdentity?, Bool)] {
      let talk = try Conversation(
        client: {
          $0.identity = identity?.tls
          $0.options.newest = version
        },
        server: {
          $0.clients = .required
          $0.trust = .certificates(.pem(root.anchorPEM))
        })
      talk.client.write("hello")
      try talk.settle()
      #expect(talk.serverSees.log == (isFine ? ["connected", "read"] : ["error"]))
      #expect(talk.serverSees.text == (isFine ? "hello" : ""))
      if isFine { #expect(talk.serverSees.info?.peerCertificates.first?.subject == "CN=client.test") }
      if identity == nil {
        #expect(talk.serverSees.failure == .certificate(TLSCertificateError(reason: .missing, subject: "", depth: 0)))
        #expect(talk.clientSees.failure?.description.contains("requires a certificate") == true || version == .v1_2)
      }
      if !isFine { #expect(talk.clientSees.log.last == "error") }
    }
  }

  @Test func `optional clients may come without, and not with a bad one`() throws {
    let root = try TestAuthority(name: "Clients")
    let bad = try TestIdentity.selfSigned(usage: .client)
    for (identity, isFine) in [(nil, true), (bad, false)] as [(TestIdentity?, Bool)] {
      let talk = try Conversation(
        client: { $0.identity = identity?.tls },
        server: {
          $0.clients = .optional
          $0.trust = .certificates(.pem(root.anchorPEM))
        })
      try talk.settle()
      #expect(talk.serverSees.log == (isFine ? ["connected"] : ["error"]))
    }
  }

  // Row 15: what is resumed was let in by a full handshake of the same context.
  @Test func `resumption keeps the client's certificate, and never replaces it`() throws {
    let root = try TestAuthority(name: "Clients")
    let contexts = try Conversation.contexts(
      nil, { $0.identity = try? root.issue(host: "client.test", usage: .client).tls },
      {
        $0.clients = .required
        $0.trust = .certificates(.pem(root.anchorPEM))
      })
    let open = try Conversation.contexts()
    let stranger = try Conversation(contexts: open)
    try stranger.settle()
    let foreign = try #require(stranger.client.tls?.sessionTicket)
    let bypass = try Conversation(resuming: foreign, contexts: (open.client, contexts.server))
    try bypass.settle()
    #expect(bypass.serverSees.log == ["error"])
    let first = try Conversation(contexts: contexts)
    try first.settle()
    let second = try Conversation(resuming: first.client.tls?.sessionTicket, contexts: contexts)
    try second.settle()
    #expect(second.serverSees.info?.isResumed == true)
    #expect(second.serverSees.info?.peerCertificates.first?.subject == "CN=client.test")
  }

  // The library takes a name with a dot in front for all hosts below it.
  @Test(
    arguments: [
      ".example.test", "", "a b", "näme", String(repeating: "a", count: 300), "a\u{0}.test", "::1\u{0}",
      "*.example.test",
      "example.test:443", "[::1]", "::1%nowhere", "127.0.1", ".", "a..test",
    ])
  func `hosts that are none are refused`(host: String) throws {
    let (left, _) = EventBase().pair()
    let context = try Conversation.contexts().client
    #expect(throws: TLSError.self) { try left.secured(.client(context, host: host)) }
  }

  // Whoever checks certificates in a way of its own, a pin for instance, and leaves the library's out.
  @Test func `the application has the last word where the library checks nothing`() throws {
    let impostor = try TestIdentity.selfSigned()
    for accepts in [true, false] {
      let (error, talk) = try fault(of: impostor, trusting: TestIdentity.shared.trust) {
        $0.verification = .nothing
        $0.options.verify = { $0.error == nil && $0.chain.first?.subject == "CN=example.test" && accepts }
      }
      #expect(talk.clientSees.log == (accepts ? ["connected"] : ["error"]))
      #expect(error?.reason == (accepts ? nil : .refusedByApplication))
    }
  }
}
