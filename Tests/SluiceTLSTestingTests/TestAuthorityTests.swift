import SluiceTLSTesting
import Testing

@Suite struct TestAuthorityTests {
  @Test(arguments: [0, 1, 2, 5])
  func `a chain of any depth verifies, and without its intermediates does not`(depth: Int) throws {
    let root = try TestAuthority()
    let identity = try root.intermediates(count: depth).issue()
    #expect(identity.intermediates.count == depth)
    #expect(identity.anchor == root.certificate)
    let outcome = try OpenSSLTool.verify(
      identity, ["-purpose", "sslserver", "-verify_hostname", "example.test", "-x509_strict", "-show_chain"])
    #expect(outcome.succeeded, "\(outcome.output)")
    #expect(outcome.output.contains("depth=\(depth + 1): CN = Test root") || outcome.output.contains("CN=Test root"))
    if depth > 0 {
      let lone = try OpenSSLTool.verify(identity.withoutIntermediates)
      #expect(lone.output.contains("error 20 at 0 depth lookup"), "\(lone.output)")
      #expect(try OpenSSLTool.verify(identity.withReversedIntermediates).succeeded)
      #expect(identity.withReversedIntermediates.intermediates == identity.intermediates.reversed())
    }
  }

  @Test(arguments: [-1, 101, .max])
  func `a chain has from none to a hundred intermediates`(count: Int) throws {
    let root = try TestAuthority()
    #expect(throws: TestIdentityError.invalidCount(count)) { try root.intermediates(count: count) }
  }

  @Test(arguments: [TestKey.Algorithm.p384, .ed25519, .rsa2048])
  func `authorities have keys of every kind`(algorithm: TestKey.Algorithm) throws {
    let root = try TestAuthority(key: .shared(algorithm))
    let identity = try root.intermediate(key: .new(.p256)).issue(key: .shared(algorithm))
    let outcome = try OpenSSLTool.verify(identity)
    #expect(outcome.succeeded, "\(outcome.output)")
  }

  @Test func `a serial number is the one that was asked for`() throws {
    var blueprint = TestBlueprint()
    blueprint.serial = [0xFF, 0x01]
    let text = try OpenSSLTool.text(try TestAuthority().issue(blueprint).certificate)
    #expect(text.contains("65281 (0xff01)"))
    blueprint.serial = []
    #expect(try OpenSSLTool.text(try TestAuthority().issue(blueprint).certificate).contains("Serial Number: 0 (0x0)"))
  }

  @Test func `extensions of one's own are written, and refused when they have no name`() throws {
    var blueprint = TestBlueprint()
    blueprint.extensions = [TestExtension(objectIdentifier: "1.3.6.1.4.1.55555.1", isCritical: true, value: [5, 0])]
    let text = try OpenSSLTool.text(try TestAuthority().issue(blueprint).certificate)
    #expect(text.contains("1.3.6.1.4.1.55555.1: critical"))
    for name in ["", "no such name", "1.2.3\0"] {
      blueprint.extensions = [TestExtension(objectIdentifier: name, value: [])]
      #expect(throws: TestIdentityError.invalidObjectIdentifier(name)) { try TestIdentity.selfSigned(blueprint) }
    }
  }

  @Test func `key identifiers can be left out`() throws {
    var blueprint = TestBlueprint()
    #expect(try OpenSSLTool.text(try TestIdentity.selfSigned(blueprint).certificate).contains("Key Identifier"))
    blueprint.hasKeyIdentifiers = false
    #expect(!(try OpenSSLTool.text(try TestIdentity.selfSigned(blueprint).certificate).contains("Key Identifier")))
  }

  @Test func `a list revokes the certificates that it names and no others`() throws {
    let root = try TestAuthority()
    let good = try root.issue()
    let bad = try root.issue()
    let list = try root.revocationList(revoking: [bad.certificate], number: 4711)
    let files = ["list.pem": list.pem]
    let arguments = ["-crl_check", "-CRLfile", "list.pem"]
    #expect(try OpenSSLTool.verify(good, arguments, files: files).succeeded)
    let revoked = try OpenSSLTool.verify(bad, arguments, files: files)
    #expect(revoked.output.contains("error 23 at 0 depth lookup: certificate revoked"), "\(revoked.output)")
    let text = try OpenSSLTool.run(["crl", "-in", "list.pem", "-noout", "-text"], files: files).output
    #expect(text.contains("4711"))
    #expect(text.contains("CN = Test root") || text.contains("CN=Test root"))
  }

  @Test func `a list that is overdue is refused`() throws {
    let root = try TestAuthority()
    let list = try root.revocationList(validity: .expired)
    let outcome = try OpenSSLTool.verify(
      try root.issue(), ["-crl_check", "-CRLfile", "list.pem"], files: ["list.pem": list.pem])
    #expect(outcome.output.contains("error 12 at 0 depth lookup: CRL has expired"), "\(outcome.output)")
  }

  @Test func `what is no certificate cannot be revoked`() throws {
    let root = try TestAuthority()
    let broken = [TestCertificate(der: []), TestCertificate(der: [0x30]), root.certificate.truncated(by: 1)]
    for certificate in broken + [TestCertificate(der: root.certificate.der + [0])] {
      #expect(throws: TestIdentityError.malformed("certificate")) { try root.revocationList(revoking: [certificate]) }
    }
  }

  @Test func `an authority with a broken certificate or key issues nothing`() throws {
    let good = try TestIdentity.selfSigned()
    var broken = good
    broken.certificate = TestCertificate(der: [1, 2, 3])
    #expect(throws: TestIdentityError.malformed("certificate")) { try TestAuthority(root: broken).issue() }
  }
}
