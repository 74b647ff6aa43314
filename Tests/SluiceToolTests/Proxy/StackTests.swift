import Foundation
import SluiceTLSTesting
import Testing

/// Filters in proxies: what stands on either side, in any order.
@Suite struct `Stacks of proxies` {
  @Test func `gzip speaks with gzip`() throws {
    try Scratch.with { folder in
      // The target is a listener of nc's, whose output is a file.
      let listener = try Running("echo", ["127.0.0.1:0"], in: folder)
      let port = try listener.port(behind: "127.0.0.1:")
      let proxy = try ProxyRun(["127.0.0.1:0 | gzip", "127.0.0.1:\(port)"], in: folder)
      let text = Data(try Repository.text("LICENSE").utf8)
      try text.write(to: folder.appending(path: "text"))
      let line = "gzip -c text | nc -N 127.0.0.1 \(try proxy.port) | gzip -dc"
      let outcome = try Shell.run("sh", ["-c", line], in: folder)
      #expect(outcome.output == String(decoding: text, as: UTF8.self), "\(outcome.errors) \(proxy.log)")
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `a bomb is stopped and named`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | gzip", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      let line = "(echo SUM; head -c 50000000 /dev/zero) | gzip -9 -c | nc -N 127.0.0.1 \(try proxy.port)"
      _ = try Shell.run("sh", ["-c", line], in: folder)
      try proxy.awaitLog("end=bomb")
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `PROXY headers tell a proxy behind who the client is`() throws {
    try Target.with { folder, target in
      let far = try ProxyRun(["127.0.0.1:0 | proxy", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      for version in [1, 2] {
        let near = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(try far.port) | proxy(version=\(version))"], in: folder)
        #expect(try Target.ask(try near.port, "ECHO").fine == 1, "\(near.log) \(far.log)")
        #expect(near.stop() == 0)
        let peer = try #require(near.log.firstMatch(of: /peer=(\S+)/)).output.1
        #expect(far.log.contains("proxied=\(peer)"), "\(far.log)")
      }
      #expect(try Target.ask(try far.port, "ECHO").fine == 0, "it needs a header")
      try far.awaitLog("end=proxy-header")
      #expect(far.stop() == 0)
    }
  }

  @Test func `a fault inside of TLS is what the client sees, and is named`() throws {
    try Target.with { folder, target in
      let trust = folder.appending(path: "server-ca.pem").path
      for (fault, end) in [("cut(after=1000, on=out)", "fault"), ("corrupt(at=1000, on=out)", "client-eof")] {
        let proxy = try ProxyRun(
          ["127.0.0.1:0 | tls(server.pem) | \(fault)", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
        let answers = try Target.ask(try proxy.port, "ECHO", bytes: 5_000, "--ca", trust)
        #expect(answers.failed == 1, "\(fault)")
        try proxy.awaitMetric("connections_open") { $0 == 0 }
        #expect(proxy.stop() == 0)
        #expect(proxy.log.contains("end=\(end)") || proxy.log.contains("end=client-reset"), "\(fault): \(proxy.log)")
      }
    }
  }

  @Test func `a tap shows what passes and a capture file can be read`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        [
          "127.0.0.1:0 | tap(style=pcap, file=wire.pcap) | tls(server.pem) | tap(file=plain.txt)",
          "127.0.0.1:\(target)",
        ], in: folder)
      let trust = folder.appending(path: "server-ca.pem").path
      #expect(
        try Target.ask(try proxy.port, "SUM", bytes: 0, "--ca", trust).failed == 1, "Python's TLS has no half-close")
      #expect(try Target.ask(try proxy.port, "ECHO", "--ca", trust).fine == 1)
      #expect(proxy.stop() == 0)
      let text = try String(contentsOf: folder.appending(path: "plain.txt"), encoding: .utf8)
      #expect(text.contains("ECHO"), "\(text)")
      let capture = try Data(contentsOf: folder.appending(path: "wire.pcap"))
      #expect(Array(capture.prefix(4)) == [0x4d, 0x3c, 0xb2, 0xa1], "with nanoseconds")
      #expect(capture.count > 3_000)
      #expect(capture.range(of: Data("ECHO".utf8)) == nil, "it is below TLS")
    }
  }

  @Test func `a group is shared by all, or by the connections of a client`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | group(limit=400KiB/s, by=client)", "127.0.0.1:\(target)"], in: folder)
      let start = ContinuousClock.now
      let answers = try Target.ask(try proxy.port, "SEND", bytes: 100_000, "--count", "4")
      #expect(answers.fine == 4)
      #expect(start.duration(to: .now) > .milliseconds(800), "400,000 bytes at 409,600 a second")
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `Unix sockets are listened at and connected to`() throws {
    try Target.with { folder, target in
      let far = try ProxyRun(["unix:far.sock", "127.0.0.1:\(target)"], in: folder)
      let near = try ProxyRun(["127.0.0.1:0", "unix:far.sock"], in: folder)
      #expect(try Target.ask(try near.port, "ECHO", bytes: 300_000, "--count", "5").fine == 5)
      #expect(near.stop() == 0 && far.stop() == 0)
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "far.sock").path))
    }
  }

  @Test func `several threads share a port, and what they count is added up`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | gzip(1)", "127.0.0.1:\(target)", "--threads", "3", "--metrics", "127.0.0.1:0"], in: folder)
      let near = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(try proxy.port) | gzip(1)", "--threads", "2"], in: folder)
      #expect(try Target.ask(try near.port, "ECHO", bytes: 20_000, "--count", "200").fine == 200)
      try proxy.awaitMetric("connections_open") { $0 == 0 }
      #expect(try proxy.metrics()["connections_total"] == 200)
      #expect(try proxy.metrics()["bytes_total{direction=\"to_client\"}"] == 4_000_000)
      #expect(near.stop() == 0 && proxy.stop() == 0)
    }
  }
}
