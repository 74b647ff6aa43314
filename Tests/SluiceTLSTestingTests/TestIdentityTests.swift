import SluiceTLSTesting
import Testing

@Suite struct TestIdentityTests {
  @Test func `an identity that signs itself is trusted by its own certificate`() throws {
    let identity = try TestIdentity.selfSigned(host: "example.test", addresses: ["127.0.0.1", "::1"])
    #expect(identity.anchor == identity.certificate)
    for arguments in [["-verify_hostname", "example.test"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"]] {
      let outcome = try OpenSSLTool.verify(identity, ["-purpose", "sslserver"] + arguments)
      #expect(outcome.succeeded, "\(outcome.output)")
    }
    let text = try OpenSSLTool.text(identity.certificate)
    #expect(text.contains("DNS:example.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"))
    #expect(text.contains("Version: 3 (0x2)"))
    #expect(text.contains("Signature Algorithm: ecdsa-with-SHA256"))
    #expect(text.contains("CA:FALSE"))
    #expect(text.contains("Subject: CN = example.test") || text.contains("Subject: CN=example.test"))
  }

  @Test func `an identity that signs itself is not trusted by another certificate`() throws {
    let identity = try TestIdentity.selfSigned()
    let outcome = try OpenSSLTool.verify(identity, trusting: try TestIdentity.selfSigned().certificate)
    #expect(!outcome.succeeded)
  }

  @Test(arguments: TestKey.Algorithm.allCases)
  func `the certificate belongs to its key of every kind`(algorithm: TestKey.Algorithm) throws {
    let identity = try TestIdentity.selfSigned(key: .shared(algorithm))
    let ofKey = try OpenSSLTool.run(["pkey", "-in", "key.pem", "-pubout"], files: ["key.pem": identity.privateKeyPEM])
    let ofCertificate = try OpenSSLTool.run(
      ["x509", "-in", "leaf.pem", "-noout", "-pubkey"], files: ["leaf.pem": identity.certificatePEM])
    #expect(ofKey.succeeded && ofKey.output.contains("BEGIN PUBLIC KEY"))
    #expect(ofKey.output == ofCertificate.output)
    #expect(try OpenSSLTool.verify(identity).succeeded)
    let wrong = try identity.withWrongKey()
    #expect(wrong.certificate == identity.certificate)
    let ofWrong = try OpenSSLTool.run(["pkey", "-in", "key.pem", "-pubout"], files: ["key.pem": wrong.privateKeyPEM])
    #expect(ofWrong.succeeded && ofWrong.output != ofKey.output)
  }

  @Test func `two identities share neither key nor serial number, the shared one is always the same`() throws {
    let first = try TestIdentity.selfSigned()
    let second = try TestIdentity.selfSigned()
    #expect(first.key != second.key)
    #expect(first.certificate != second.certificate)
    let one = try TestIdentity.shared
    let other = try TestIdentity.shared
    #expect(one == other)
    for host in ["localhost", "example.test"] {
      #expect(try OpenSSLTool.verify(one, ["-verify_hostname", host]).succeeded)
    }
    for address in ["127.0.0.1", "::1"] { #expect(try OpenSSLTool.verify(one, ["-verify_ip", address]).succeeded) }
  }

  @Test func `a broken signature is well formed and refused`() throws {
    let identity = try TestAuthority().issue()
    let broken = identity.withBrokenSignature
    #expect(try OpenSSLTool.text(broken.certificate).contains("Subject"))
    let outcome = try OpenSSLTool.verify(broken)
    #expect(!outcome.succeeded)
    #expect(outcome.output.contains("error 7 at 0 depth lookup"), "\(outcome.output)")
  }

  @Test func `a certificate that is cut off is no certificate`() throws {
    let certificate = try TestIdentity.selfSigned().certificate
    #expect(certificate.truncated(by: 0) == certificate)
    #expect(certificate.truncated(by: -1) == certificate)
    #expect(certificate.truncated(by: .max).der.isEmpty)
    let cut = certificate.truncated(by: 1)
    let outcome = try OpenSSLTool.run(["x509", "-in", "leaf.pem", "-noout"], files: ["leaf.pem": cut.pem])
    #expect(!outcome.succeeded)
  }

  @Test func `the usage example of the documentation`() throws {
    let identity = try TestIdentity.selfSigned(host: "example.test", addresses: ["127.0.0.1"])
    let authority = try TestAuthority(name: "Test root")
    let expired = try authority.issue(host: "example.test", validity: .expired)
    let client = try authority.issue(host: nil, usage: .client)
    let encrypted = try client.key.encryptedPEM(passphrase: "open sesame")
    #expect(identity.chainPEM == identity.anchorPEM)
    #expect(expired.anchorPEM == authority.anchorPEM)
    #expect(encrypted.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))

    var blueprint = TestBlueprint(host: "example.test")
    blueprint.constraints = .authority()
    blueprint.digest = .sha1
    let odd = try authority.issue(blueprint)
    #expect(try OpenSSLTool.text(odd.certificate).contains("CA:TRUE"))
    #expect(try OpenSSLTool.text(odd.certificate).contains("ecdsa-with-SHA1"))
  }
}
