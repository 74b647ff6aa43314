import Foundation
import Testing

/// Proxies as they are run, with other people's programs at both ends.
@Suite struct `sluice proxy` {
  @Test(arguments: ["", " | gzip(level=1)", " | pass | rate(1GB/s)"], [0, 1, 65_536, 3_000_001])
  func `bytes come back as they were sent, through two proxies with the same filters between them`(
    _ filters: String, _ count: Int
  ) throws {
    try Target.with { folder, target in
      let far = try ProxyRun(["127.0.0.1:0\(filters)", "127.0.0.1:\(target)"], in: folder)
      let near = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(try far.port)\(filters)"], in: folder)
      for command in ["ECHO", "SUM", "SEND"] {
        let answers = try Target.ask(try near.port, command, bytes: count, "--count", "3")
        #expect(answers.fine == 3, "\(command): \(answers.problems) \(near.log) \(far.log)")
      }
      #expect(near.stop() == 0 && far.stop() == 0)
      #expect(near.log.components(separatedBy: "end=client-eof").count == 7, "\(near.log)")
    }
  }

  @Test func `TLS is terminated, and originated again with the target's certificate checked`() throws {
    try Target.with { folder, target in
      let far = try ProxyRun(["127.0.0.1:0 | tls(cert=server.pem)", "127.0.0.1:\(target)"], in: folder)
      let near = try ProxyRun(
        ["127.0.0.1:0", "127.0.0.1:\(try far.port) | tls(host=localhost, ca=server-ca.pem)"], in: folder)
      let answers = try Target.ask(try near.port, "ECHO", bytes: 300_000, "--count", "20")
      #expect(answers.fine == 20, "\(answers.problems) \(near.log) \(far.log)")
      #expect(near.log.contains("target_tls=1.3"))
      // What came before left tickets.
      #expect(try Target.ask(try near.port, "ECHO").fine == 1)
      #expect(far.log.contains("resumed=yes"), "\(far.log)")
      let stranger = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(try far.port) | tls(host=localhost)"], in: folder)
      #expect(try Target.ask(try stranger.port, "ECHO").fine == 0)
      #expect(stranger.stop() == 0)
      #expect(stranger.log.contains("end=tls-certificate"), "\(stranger.log)")
      // What the system trusts, where OpenSSL is told that by its own variables.
      let native = try ProxyRun(
        ["127.0.0.1:0", "127.0.0.1:\(try far.port) | tls(host=localhost)"],
        in: folder, by: ["SSL_CERT_FILE=server-ca.pem"])
      #expect(try Target.ask(try native.port, "ECHO").fine == 1, "\(native.log)")
    }
  }
}
