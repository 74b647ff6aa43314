import Foundation
import Testing

/// What is left when everything is over: nothing.
@Suite struct `After the load` {
  @Test func `descriptors, memory and metrics come back to where they were`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | tls(server.pem) | gzip(1)", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0", "--quiet"],
        in: folder)
      let plain = try ProxyRun(
        ["127.0.0.1:0", "127.0.0.1:\(try proxy.port) | tls(host=localhost, ca=server-ca.pem) | gzip(1)", "--quiet"],
        in: folder)
      func load() throws {
        let answers = try Target.ask(try plain.port, "ECHO", bytes: 50_000, "--count", "500")
        #expect(answers.fine == 500, "\(answers.problems)")
        try proxy.awaitMetric("connections_open") { $0 == 0 }
      }
      // Pools and buffers are filled by the first load; the others find them.
      try load()
      let (descriptors, memory) = (proxy.descriptors, proxy.residentBytes)
      for _ in 0..<2 { try load() }
      #expect(proxy.descriptors <= descriptors)
      #expect(proxy.residentBytes < memory + memory / 4)
      let metrics = try proxy.metrics()
      #expect(metrics["connections_total"] == 1_500)
      #expect(metrics["connections_ended_total{reason=\"client-eof\"}"] == 1_500)
      #expect(metrics["buffered_bytes"] == 0)
      #expect(metrics["bytes_total{direction=\"to_client\"}"] == 75_000_000)
      let decoded = "stage_bytes_out_total{direction=\"decode\",filter=\"gzip\",place=\"2\",side=\"listener\"}"
      #expect(metrics[decoded] == 75_007_500)
      #expect(proxy.stop() == 0 && plain.stop() == 0)
    }
  }
}
