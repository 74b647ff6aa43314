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
      try proxy.awaitLog("where it listens cannot change while the proxy runs")
      #expect(proxy.stop() == 0)
    }
  }

  @Test(arguments: [
    ("0.0.0.0:0", [], "nothing encrypts"),
    ("0.0.0.0:0 | tls(server.pem) | tap(file=a)", ["--threads", "2"], "one thread"),
    ("0.0.0.0:1 | tls(server.pem)", [], "where it listens cannot change"),
  ])
  func `what would not have been started is not reloaded`(
    _ changed: String, _ options: [String], _ words: String
  ) throws {
    try Target.with { folder, target in
      let file = folder.appending(path: "front.txt")
      try "0.0.0.0:0 | tls(server.pem)".write(to: file, atomically: true, encoding: .utf8)
      let proxy = try ProxyRun(["@front.txt", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"] + options, in: folder)
      try changed.write(to: file, atomically: true, encoding: .utf8)
      proxy.signal(SIGHUP)
      try proxy.awaitLog("eloaded")
      #expect(proxy.log.contains("not reloaded") && proxy.log.contains(words), "\(proxy.log)")
      let trust = folder.appending(path: "server-ca.pem").path
      #expect(try Target.ask(try proxy.port, "ECHO", "--ca", trust).fine == 1)
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `what is dangerous is told again where a reload brings it`() throws {
    try Target.with { folder, target in
      let file = folder.appending(path: "back.txt")
      try "127.0.0.1:\(target)".write(to: file, atomically: true, encoding: .utf8)
      let proxy = try ProxyRun(["127.0.0.1:0", "@back.txt", "--metrics", "127.0.0.1:0"], in: folder)
      try "127.0.0.1:\(target) | tls(insecure)".write(to: file, atomically: true, encoding: .utf8)
      proxy.signal(SIGHUP)
      try proxy.awaitLog("reloaded")
      #expect(proxy.log.contains("certificate is not checked"), "\(proxy.log)")
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `a file that is written goes on through a reload, and another one is begun where it is named`() throws {
    try Target.with { folder, target in
      let file = folder.appending(path: "front.txt")
      func written(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      }
      try "127.0.0.1:0 | tap(file=first.txt)".write(to: file, atomically: true, encoding: .utf8)
      let proxy = try ProxyRun(["@front.txt", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      #expect(try Target.ask(try proxy.port, "ECHO").fine == 1)
      try proxy.awaitLog("conn=1")
      let before = try written("first.txt")
      proxy.signal(SIGHUP)
      try proxy.awaitLog("reloaded")
      #expect(try Target.ask(try proxy.port, "ECHO").fine == 1)
      try proxy.awaitLog("conn=2")
      let after = try written("first.txt")
      #expect(before.contains("ECHO") && after.hasPrefix(before) && after.count > before.count, "\(after)")
      try "127.0.0.1:0 | tap(file=second.txt)".write(to: file, atomically: true, encoding: .utf8)
      proxy.signal(SIGHUP)
      try proxy.awaitLog("reloaded", times: 2)
      #expect(try Target.ask(try proxy.port, "ECHO").fine == 1)
      #expect(proxy.stop() == 0)
      #expect(try written("second.txt").contains("ECHO"))
      #expect(try written("first.txt") == after)
    }
  }
}
