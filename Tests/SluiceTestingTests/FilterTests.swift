import Sluice
import SluiceCompression
import SluiceFaults
import SluiceProxyProtocol
import SluiceRateLimiting
import SluiceTLS
import SluiceTLSTesting
import SluiceTap
import SluiceTesting
import Testing

/// Every filter of the package keeps the contract.
struct FilterTests {
  private func expectKept(
    _ contract: FilterContract = FilterContract(), _ check: (FilterContract) throws -> ContractReport,
    sourceLocation: SourceLocation = #_sourceLocation
  ) rethrows {
    let report = try check(contract)
    #expect(report.failures.isEmpty, "\(report)", sourceLocation: sourceLocation)
    #expect(report.runs > 60, sourceLocation: sourceLocation)
  }

  @Test func `passing on`() { expectKept { $0.check { Pass() } } }

  @Test(arguments: Compression.Format.allCases) func `compression`(format: Compression.Format) {
    expectKept { $0.check { try Deflate(Compression(format)) } }
  }

  @Test(arguments: [
    Fault.latency(.milliseconds(5), jitter: .milliseconds(3)), .latency(.milliseconds(5), holding: 10), .slice(1),
    .slice(5, variation: 4, pause: .milliseconds(1)), .stall(after: 3, for: .seconds(1)),
  ]) func `faults that keep all bytes`(fault: Fault) {
    var contract = FilterContract()
    contract.samples.removeLast()
    contract.schedules = 5
    expectKept(contract) { $0.check { try FaultFilter(fault) } }
  }

  @Test(arguments: ProxyHeader.Version.allCases) func `the PROXY header`(version: ProxyHeader.Version) {
    let header = ProxyHeader(source: SocketAddress("192.0.2.7:1"), destination: SocketAddress("192.0.2.8:2"))
    var contract = FilterContract()
    // A header is waited for in one piece.
    contract.smallestMark = 64
    contract.limits.append(100)
    expectKept(contract) {
      $0.check(near: { try ProxyHeaderWriter(header, version: version) }, far: { try ProxyHeaderReader() })
    }
  }

  @Test func `a tap`() {
    expectKept { $0.check { TapFilter(TapDump(.hex) { _ in }) } }
  }

  @Test func `a rate limit`() throws {
    let limit = try RateLimit(.perSecond(.kibibytes(1)))
    expectKept { $0.checkLayers(near: { try $0.limited(by: limit) }, far: { try $0.limited(by: limit) }) }
  }

  @Test func `TLS, and a stack of everything`() throws {
    let identity = try TestIdentity.shared
    let server = try TLSContext(
      server: TLSServerConfiguration(
        identity: TLSIdentity(certificates: .pem(identity.chainPEM), key: .pem(identity.privateKeyPEM))))
    let client = try TLSContext(client: TLSClientConfiguration(trust: .certificates(.pem(identity.anchorPEM))))
    var contract = FilterContract()
    contract.smallestMark = 20_000
    contract.limits = [20_000, 30_000]
    contract.schedules = 10
    let limit = try RateLimit(.perSecond(.kibibytes(100)))
    let below = Stack().disturbed(by: .slice(100)).limited(by: limit)
    let above = Stack().compressed().disturbed(by: .latency(.milliseconds(1)))
    for (below, above) in [(Stack(), Stack()), (below, above)] {
      let report = contract.checkLayers(
        near: { try below.secured(.client(client, host: "example.test")).adding(above).applied(to: $0) },
        far: { try below.secured(.server(server)).adding(above).applied(to: $0) })
      #expect(report.failures.isEmpty, "\(report)")
    }
  }
}
