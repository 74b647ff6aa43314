import SluiceTLS
import Testing

@Suite struct VersionTests {
  @Test func `versions are ordered and named`() {
    #expect(TLSVersion.v1_2 < TLSVersion.v1_3)
    #expect("\(TLSVersion.v1_2), \(TLSVersion.v1_3)" == "TLS 1.2, TLS 1.3")
  }
}
