import COpenSSL
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Row 5 of the faults, where it takes more than a wrong date, and certificates that cannot be.
@Suite struct CertificateFaultTests {
  private func refusal(_ talk: Conversation) throws -> TLSCertificateError? {
    talk.client.write("not for you")
    try talk.settle()
    #expect(talk.serverSees.text == "")
    guard case .certificate(let error)? = talk.clientSees.failure else {
      Issue.record("\(String(describing: talk.clientSees.failure)), \(String(describing: talk.serverSees.failure))")
      return nil
    }
    #expect(talk.clientSees.log == ["error"])
    return error
  }

  @Test func `a weak key is refused by both sides`() throws {
    let weak = try TestIdentity.selfSigned(key: .shared(.rsa1024))
    let error = #expect(throws: TLSConfigurationError.self) {
      try TLSContext(server: TLSServerConfiguration(identity: weak.tls))
    }
    #expect(error?.description.contains("2,048 bits") == true)
    // A server that takes it all the same.
    let talk = try Conversation(
      identity: weak, client: { $0.options.newest = .v1_2 }, server: { $0.options.ciphers = "ECDHE:@SECLEVEL=0" })
    #expect(try refusal(talk)?.reason == .tooWeak)
  }

  // There is no setting for lists of revoked certificates; the way to the library is open.
  @Test func `a revoked certificate is refused as such`() throws {
    let root = try TestAuthority(name: "Root")
    let identity = try root.issue()
    let contexts = try Conversation.contexts(identity)
    let list = try root.revocationList(revoking: [identity.certificate]).der
    let parsed = list.withUnsafeBufferPointer { bytes in
      var at = bytes.baseAddress
      return d2i_X509_CRL(nil, &at, bytes.count)
    }
    defer { X509_CRL_free(parsed) }
    let store = SSL_CTX_get_cert_store(contexts.client.pointer)
    #expect(X509_STORE_add_crl(store, parsed) == 1)
    X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK))
    let error = try refusal(Conversation(contexts: contexts))
    #expect(error?.reason == .revoked)
    #expect(error?.description == "the certificate of CN=example.test was revoked")
  }

  @Test func `a signature that was changed, and an extension nobody knows, are refused`() throws {
    let root = try TestAuthority(name: "Root")
    let broken = try refusal(Conversation(identity: root.issue().withBrokenSignature))
    #expect(broken?.description == "the certificate of CN=example.test was refused: certificate signature failure")
    var blueprint = TestBlueprint(host: "example.test")
    blueprint.extensions = [TestExtension(objectIdentifier: "1.3.6.1.4.1.55555.1", isCritical: true, value: [5, 0])]
    #expect(try refusal(Conversation(identity: root.issue(blueprint))) != nil)
  }

  @Test func `a certificate that is named by its common name alone is for no host`() throws {
    let root = try TestAuthority(name: "Root")
    let named = try root.issue(.commonNameOnly("example.test"))
    // RFC 9525, section 2: common names are not looked at, whatever else there is.
    for host in ["example.test", "other.test"] {
      let error = try refusal(Conversation(host: host, identity: named))
      #expect(error?.reason == .wrongHost(wanted: host, names: []))
    }
  }

  // What readers of such names fell over: NIOSSL's CVE-2026-43820.
  @Test(
    arguments: [
      [], [0x30], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x30, 0x03, 0x82, 0x7F, 0x61], [0x30, 0x02, 0x87, 0x00],
      [0x30, 0x05, 0x87, 0x03, 1, 2, 3], [0x30, 0x80, 0x82, 0x01, 0x61, 0, 0],
    ] as [[UInt8]])
  func `names that are broken are no names, and crash nothing`(value: [UInt8]) throws {
    let root = try TestAuthority(name: "Root")
    var blueprint = TestBlueprint(host: nil)
    blueprint.extensions = [TestExtension(objectIdentifier: "subjectAltName", value: value)]
    guard let identity = try? root.issue(blueprint) else { return }
    #expect(try refusal(Conversation(identity: identity)) != nil)
    let asked = try Conversation(
      identity: identity,
      client: {
        $0.options.verify = { verification in
          _ = verification.chain.map(\.names)
          return false
        }
      })
    #expect(try refusal(asked) != nil)
    let certificate = TLSCertificate(der: identity.certificateDER)
    #expect(certificate?.names.contains("example.test") != true)
  }

  @Test func `names of any bytes are shown escaped`() throws {
    var blueprint = TestBlueprint(host: nil)
    blueprint.names = [
      .hostBytes([0x61, 0, 0x62]), .hostBytes([0xFF, 0x0A]), .host(String(repeating: "x", count: 300)), .host(""),
      .addressBytes([1, 2, 3]), .address("::1"), .address("10.0.0.1"),
    ]
    let names = try #require(TLSCertificate(der: TestIdentity.selfSigned(blueprint).certificateDER)).names
    #expect(names.count == 7)
    #expect(names[0] == "a\\x00b")
    #expect(names.joined().utf8.allSatisfy { (0x20..<0x7F).contains($0) })
    #expect(names.suffix(2) == ["0:0:0:0:0:0:0:1", "10.0.0.1"])
  }
}
