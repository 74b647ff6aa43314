import Foundation
import SluiceTLSTesting
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What SIGHUP does.
@Suite struct `Reloading` {
  @Test func `certificates change under load and no connection is dropped`() throws {
    try Target.with { folder, target in
      let other = try TestIdentity.selfSigned(host: "localhost")
      let trust = folder.appending(path: "trust.pem")
      let first = try String(contentsOf: folder.appending(path: "server-ca.pem"), encoding: .utf8)
      try (first + other.anchorPEM).write(to: trust, atomically: true, encoding: .utf8)
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | tls(server.pem)", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      let client = try Client(
        try proxy.port, "ECHO", bytes: 20_000, "--ca", trust.path, "--seconds", "2", "--parallel", "8")
      try proxy.awaitMetric("connections_total") { $0 > 10 }
      try other.write(to: folder)
      proxy.signal(SIGHUP)
      try proxy.awaitLog("msg=reloaded")
      let answers = try client.answers()
      #expect(answers.failed == 0, "\(answers.problems)")
      #expect(answers.certificates == 2)
      #expect(proxy.stop() == 0)
    }
  }

  @Test(arguments: ["missing", "broken", "key of another"])
  func `a bad certificate leaves the old one in service and says why`(_ fault: String) throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | tls(server.pem)", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      let file = folder.appending(path: "server.pem")
      let other = try TestIdentity.selfSigned(host: "localhost")
      switch fault {
      case "missing": try FileManager.default.removeItem(at: file)
      case "broken": try "-----BEGIN CERTIFICATE-----\nnonsense\n".write(to: file, atomically: true, encoding: .utf8)
      default:
        try (other.chainPEM + TestIdentity.shared.privateKeyPEM).write(to: file, atomically: true, encoding: .utf8)
      }
      proxy.signal(SIGHUP)
      try proxy.awaitLog("not reloaded; the old settings stay")
      #expect(proxy.log.contains("server.pem"))
      let trust = folder.appending(path: "server-ca.pem").path
      #expect(try Target.ask(try proxy.port, "ECHO", "--ca", trust).fine == 1)
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `limits in a file change for connections that are open`() throws {
    try Target.with { folder, target in
      let file = folder.appending(path: "front.txt")
      try "127.0.0.1:0 | rate(limit=1KiB/s)  # slow".write(to: file, atomically: true, encoding: .utf8)
      let proxy = try ProxyRun(["@front.txt", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      let client = try Client(try proxy.port, "SEND", bytes: 10_000_000)
      try proxy.awaitMetric("connections_paused_rate") { $0 == 1 }
      try "127.0.0.1:0 | rate(limit=1GiB/s)".write(to: file, atomically: true, encoding: .utf8)
      proxy.signal(SIGHUP)
      #expect(try client.answers().fine == 1)
      try "127.0.0.1:1 | rate(limit=1GiB/s)".write(to: file, atomically: true, encoding: .utf8)
      proxy.signal(SIGHUP)
      try proxy.awaitLog("an address cannot change while the proxy runs")
      #expect(proxy.stop() == 0)
    }
  }
}
