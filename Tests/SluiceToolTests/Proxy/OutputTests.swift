import Foundation
import Testing

/// Where what a proxy tells cannot be told.
@Suite struct `Logs and files that take nothing` {
  /// Makes standard error a pipe that nobody reads.
  private static let withoutReader = [
    "python3", "-c",
    """
    import os, signal, sys
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    reader, writer = os.pipe()
    os.dup2(writer, 2)
    os.close(reader)
    os.execv(sys.argv[1], sys.argv[1:])
    """,
  ]

  @Test func `a log whose reader is gone stops nobody`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(target)"], in: folder, by: Self.withoutReader)
      #expect(try Target.ask(try proxy.port, "ECHO", "--count", "3").fine == 3)
      #expect(proxy.stop() == 0)
    }
  }

  /// Makes standard error a pipe of one page that stays open, and that nobody reads.
  private static let idleReader = [
    "python3", "-c",
    """
    import fcntl, os, sys
    reader, writer = os.pipe()
    fcntl.fcntl(writer, 1031, 4096)  # F_SETPIPE_SZ
    os.dup2(writer, 2)
    os.set_inheritable(reader, True)
    os.execv(sys.argv[1], sys.argv[1:])
    """,
  ]

  @Test func `a log whose reader stands still stops nobody for long`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder, by: Self.idleReader)
      #expect(try Target.ask(try proxy.port, "ECHO", "--count", "200").fine == 200)
      try proxy.awaitMetric("connections_open") { $0 == 0 }
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `taps and lists of connections do not wait for a reader that stands still`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | tap", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder, by: Self.idleReader)
      #expect(try Target.ask(try proxy.port, "ECHO", bytes: 100_000, "--count", "3").fine == 3)
      for _ in 0..<200 { proxy.signal(SIGUSR2) }
      #expect(try Target.ask(try proxy.port, "ECHO").fine == 1)
      try proxy.awaitMetric("connections_open") { $0 == 0 }
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `a tap whose file takes nothing says so, and the stream goes on`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | tap(file=/dev/full)", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      #expect(try Target.ask(try proxy.port, "ECHO").fine == 1)
      try proxy.awaitLog("level=warning")
      #expect(proxy.log.contains("conn=1") && proxy.log.contains("/dev/full"), "\(proxy.log)")
      #expect(proxy.stop() == 0)
    }
  }

  @Test(arguments: ["/metrics", "/metrics?name=x", "/healthz"])
  func `who finishes behind a request has an answer all the same`(_ path: String) throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      let request = Data("GET \(path) HTTP/1.0\r\n\r\n".utf8)
      let answer = try Shell.run("nc", ["-N", "127.0.0.1", "\(try proxy.metricsPort)"], input: request).output
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(answer)")
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `HEAD has the fields of an answer, and no body`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      let port = "\(try proxy.metricsPort)"
      func answer(_ line: String) throws -> String {
        try Shell.run("nc", ["-N", "127.0.0.1", port], input: Data("\(line) HTTP/1.1\r\n\r\n".utf8)).output
      }
      for path in ["/healthz", "/none"] {
        let full = try answer("GET \(path)")
        let end = try #require(full.range(of: "\r\n\r\n")).upperBound
        #expect(end < full.endIndex)
        #expect(try answer("HEAD \(path)") == full[..<end])
      }
      let metrics = try answer("HEAD /metrics")
      #expect(metrics.hasPrefix("HTTP/1.1 200 OK\r\n") && metrics.hasSuffix("\r\n\r\n"), "\(metrics)")
      #expect(!metrics.contains("Content-Length: 0\r\n") && !metrics.contains("sluice_"), "\(metrics)")
      let other = try answer("POST /metrics")
      #expect(other.hasPrefix("HTTP/1.1 405 ") && other.contains("\r\nAllow: GET, HEAD\r\n"), "\(other)")
      #expect(proxy.stop() == 0)
    }
  }
}
