import Sluice
import Testing

@testable import SluiceProxyProtocol

/// The two forms on the wire.
struct FormatTests {
  @Test func `the specification's own line is read`() throws {
    let outcome = try read([Array("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET / HTTP/1.1\r\n".utf8)])
    #expect(outcome.header == .from("192.168.0.1:56324", to: "192.168.0.11:443"))
    #expect(outcome.payload == Array("GET / HTTP/1.1\r\n".utf8))
  }

  @Test func `lines are written as the specification has them`() throws {
    func line(_ header: ProxyHeader) throws -> String { String(decoding: try header.line(), as: UTF8.self) }
    #expect(
      try line(.from("192.0.2.7:56324", to: "198.51.100.1:443"))
        == "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n")
    #expect(
      try line(.from("[2001:db8::7]:1", to: "[::1]:65535"))
        == "PROXY TCP6 2001:db8:0:0:0:0:0:7 0:0:0:0:0:0:0:1 1 65535\r\n")
    for header in [ProxyHeader.unknown, .local, .from("unix:/a", to: "unix:/b"), ProxyHeader.samples[5]] {
      #expect(try line(header) == "PROXY UNKNOWN\r\n")
    }
  }

  @Test func `binary headers are written as the specification has them`() throws {
    let header = ProxyHeader.from("192.0.2.7:56324", to: "198.51.100.1:443", [ProxyValue(.alpn, "h2")])
    let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    #expect(
      try header.binary(withChecksum: false)
        == signature + [0x21, 0x11, 0, 17, 192, 0, 2, 7, 198, 51, 100, 1, 0xdc, 0x04, 1, 0xbb, 1, 0, 2, 0x68, 0x32])
    #expect(try ProxyHeader.local.binary(withChecksum: false) == signature + [0x20, 0, 0, 0])
  }

  /// The check value that catalogues of checksums give for the digits.
  @Test func `the checksum is Castagnoli's`() {
    #expect(CRC32C.checksum(of: Array("123456789".utf8)) == 0xE306_9283)
  }

  @Test(arguments: ProxyHeader.samples, [false, true])
  func `what is written in version 2 is read again`(header: ProxyHeader, withChecksum: Bool) throws {
    let bytes = try header.binary(withChecksum: withChecksum)
    #expect(
      try read([bytes + [7, 8]])
        == Outcome(header: header.isLocal || header.source != nil ? header : .unknown, payload: [7, 8]))
  }

  @Test(arguments: ProxyHeader.samples.filter(\.values.isEmpty))
  func `what is written in version 1 is read again`(header: ProxyHeader) throws {
    #expect(try read([header.line() + [7, 8]]) == Outcome(header: header.inVersion1, payload: [7, 8]))
  }

  @Test func `values are found by their kind, and TLS is taken apart`() throws {
    let header = try #require(ProxyHeader.samples.last)
    #expect(header.text(.alpn) == "h2")
    #expect(header.text(.authority) == "example.test")
    #expect(header.value(.uniqueID) == [0, 255, 1])
    let tls = try #require(header.tls)
    #expect(tls.version == "TLSv1.3")
    #expect(tls.commonName == "client")
    #expect(tls.cipher == "TLS_AES_256_GCM_SHA384")
    #expect(tls.isUsed && tls.hasCertificate && tls.isVerified)
    #expect(
      "\(header)"
        == "from 192.0.2.7:56324 to 198.51.100.1:443, with ALPN, authority, unique ID, TLS, namespace, 0xe0")
  }

  /// Non-zero in `verify` is a failed verification; zero without a certificate says nothing.
  @Test func `a client is verified only where it gave a certificate, and that was good`() throws {
    #expect(try ProxyTLSInfo(bytes: [7, 0, 0, 0, 0]).isVerified)
    #expect(try !ProxyTLSInfo(bytes: [7, 0, 0, 0, 1]).isVerified)
    #expect(try !ProxyTLSInfo(bytes: [1, 0, 0, 0, 0]).isVerified)
  }

  @Test func `what cannot be written is refused, and says why`() {
    let mixed = ProxyHeader.from("192.0.2.7:1", to: "[::1]:2")
    func error(_ header: ProxyHeader, _ version: ProxyHeader.Version = .v2) -> String? {
      do {
        _ = try ProxyHeaderWriter(header, version: version)
        return nil
      } catch { return error.description }
    }
    #expect(
      error(mixed)
        == "a PROXY header cannot go from 192.0.2.7:1 to [::1]:2: both have to be IPv4, IPv6, or Unix addresses")
    #expect(error(mixed, .v1) != nil)
    let values = { (values: [ProxyValue]) in ProxyHeader.from("192.0.2.7:1", to: "192.0.2.8:2", values) }
    #expect(error(values([ProxyValue(.alpn, "h2")]), .v1)?.contains("use version 2") == true)
    #expect(
      error(values([ProxyValue(.uniqueID, [UInt8](repeating: 0, count: 129))]))
        == "the value unique ID of 129 bytes is too long: 128 bytes fit")
    let long = ProxyValue(.authority, [UInt8](repeating: 65, count: 65_535))
    #expect(error(values([long]))?.contains("is too long: 65,535 fit") == true)
    #expect(error(values([ProxyValue(.checksum, [0, 0, 0, 0])]))?.contains("made by the writer") == true)
  }
}
