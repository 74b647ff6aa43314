import SluiceTLSTesting
import Testing

@Suite struct TestNameTests {
  private func issue(_ names: [TestName]) throws -> TestIdentity {
    var blueprint = TestBlueprint(host: nil)
    blueprint.names = names
    return try TestAuthority().issue(blueprint)
  }

  @Test(arguments: [
    ("example.test", "example.test", true), ("example.test", "EXAMPLE.test", true),
    ("example.test", "other.test", false), ("example.test", "a.example.test", false),
    ("*.example.test", "a.example.test", true), ("*.example.test", "a.b.example.test", false),
    ("*.example.test", "example.test", false), ("", "example.test", false),
    ("example.test\0.other.test", "example.test", false),
  ])
  func `a certificate holds for the hosts that it names`(name: String, host: String, isAccepted: Bool) throws {
    let outcome = try OpenSSLTool.verify(try issue([.host(name)]), ["-verify_hostname", host])
    #expect(outcome.succeeded == isAccepted, "\(outcome.output)")
    if !isAccepted { #expect(outcome.output.contains("error 62 at 0 depth lookup"), "\(outcome.output)") }
  }

  @Test(arguments: [
    ("127.0.0.1", [127, 0, 0, 1]), ("255.0.10.9", [255, 0, 10, 9]),
    ("::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ("2001:db8::ff", [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF]),
  ])
  func `an address as text is the same as its bytes`(text: String, bytes: [UInt8]) throws {
    for identity in [try issue([.address(text)]), try issue([.addressBytes(bytes)])] {
      #expect(try OpenSSLTool.verify(identity, ["-verify_ip", text]).succeeded)
      let other = try OpenSSLTool.verify(identity, ["-verify_ip", "10.0.0.1"])
      #expect(other.output.contains("error 64 at 0 depth lookup"), "\(other.output)")
    }
  }

  @Test(arguments: ["", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", "::g", "127.0.0.1\0", "127.0.0.1/8"])
  func `what is no address is refused`(text: String) throws {
    #expect(throws: TestIdentityError.invalidAddress(text)) { try issue([.address(text)]) }
  }

  @Test func `names are written as they are, whatever they are`() throws {
    let long = String(repeating: "a", count: 300)
    let uri = "spiffe://example.test/a"
    let readable = try issue([.host(long), .host(""), .host("b"), .uri(uri), .email("a@example.test")])
    let text = try OpenSSLTool.text(readable.certificate)
    #expect(text.contains("DNS:\(long), DNS:, DNS:b, URI:\(uri), email:a@example.test\n"), "\(text)")
    // What the tool does not print is looked up in the bytes: tag, length, content.
    let der = try issue([.hostBytes([0x61, 0, 0x62]), .hostBytes([0xFF]), .addressBytes([1, 2, 3])]).certificateDER
    #expect(der.firstRange(of: [0x82, 3, 0x61, 0, 0x62, 0x82, 1, 0xFF, 0x87, 3, 1, 2, 3] as [UInt8]) != nil)
  }

  @Test func `a host that is no common name is only an alternative name`() throws {
    for host in ["", String(repeating: "a", count: 65), "a\0b", "a b"] {
      let text = try OpenSSLTool.text(try TestIdentity.selfSigned(host: host).certificate)
      #expect(text.contains("test identity"))
      #expect(text.contains("X509v3 Subject Alternative Name"))
    }
  }

  @Test func `a common name alone has no alternative names, and may be of any length`() throws {
    let plain = try OpenSSLTool.text(try TestIdentity.selfSigned(.commonNameOnly("example.test")).certificate)
    #expect(plain.contains("example.test"))
    #expect(!plain.contains("Subject Alternative Name"))
    let long = String(repeating: "x", count: 1000)
    #expect(try OpenSSLTool.text(try TestIdentity.selfSigned(.commonNameOnly(long)).certificate).contains(long))
  }

  @Test func `without a subject the alternative names are critical`() throws {
    var blueprint = TestBlueprint(host: "example.test")
    blueprint.commonName = nil
    let text = try OpenSSLTool.text(try TestAuthority().issue(blueprint).certificate)
    #expect(text.contains("X509v3 Subject Alternative Name: critical"))
  }
}
