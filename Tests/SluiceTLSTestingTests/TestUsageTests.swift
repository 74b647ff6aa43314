import SluiceTLSTesting
import Testing

@Suite struct TestUsageTests {
  @Test(arguments: [
    (TestUsage.server, true, false), (.client, false, true), (.both, true, true), (.codeSigning, false, false),
    (.none, true, true), (.serverWithoutSignature, false, false),
    (TestUsage(purposes: [.any], keyUsage: .digitalSignature), false, false),
    (TestUsage(purposes: [.server], keyUsage: nil), true, false),
  ])
  func `each purpose is accepted or refused as the usage says`(usage: TestUsage, server: Bool, client: Bool) throws {
    let identity = try TestAuthority().issue(usage: usage)
    for (purpose, isAccepted) in [("sslserver", server), ("sslclient", client)] {
      let outcome = try OpenSSLTool.verify(identity, ["-purpose", purpose])
      #expect(outcome.succeeded == isAccepted, "\(purpose): \(outcome.output)")
      if !isAccepted { #expect(outcome.output.contains("error 26 at 0 depth lookup"), "\(outcome.output)") }
    }
  }

  @Test func `every purpose is written under its own name`() throws {
    let identity = try TestIdentity.selfSigned(usage: TestUsage(purposes: TestUsage.Purpose.allCases))
    let text = try OpenSSLTool.text(identity.certificate)
    let names =
      "TLS Web Server Authentication, TLS Web Client Authentication, Code Signing, E-mail Protection, Time Stamping, "
      + "OCSP Signing, Any Extended Key Usage"
    #expect(text.contains(names), "\(text)")
  }

  @Test(arguments: [
    (TestUsage.KeyUsage.digitalSignature, "Digital Signature"), (.contentCommitment, "Non Repudiation"),
    (.keyEncipherment, "Key Encipherment"), (.dataEncipherment, "Data Encipherment"),
    (.keyAgreement, "Key Agreement"), (.certificateSigning, "Certificate Sign"), (.revocationSigning, "CRL Sign"),
    (.init(rawValue: 1 << 7), "Encipher Only"), (.init(rawValue: 1 << 8), "Decipher Only"),
    (.endEntity, "Digital Signature, Key Encipherment"), (.authority, "Certificate Sign, CRL Sign"),
  ])
  func `every bit of the key usage is written in its place`(bits: TestUsage.KeyUsage, name: String) throws {
    let identity = try TestIdentity.selfSigned(usage: TestUsage(purposes: [], keyUsage: bits))
    let lines = try OpenSSLTool.text(identity.certificate).split(separator: "\n")
    let heading = try #require(lines.firstIndex { $0.contains("X509v3 Key Usage: critical") })
    #expect(lines[heading + 1].drop { $0 == " " } == name)
  }

  @Test func `bits that have no name are not written`() throws {
    let identity = try TestIdentity.selfSigned(
      usage: TestUsage(purposes: [], keyUsage: .init(rawValue: 0xFE00)))
    #expect(try OpenSSLTool.text(identity.certificate).contains("X509v3 Key Usage: critical\n"))
  }
}
