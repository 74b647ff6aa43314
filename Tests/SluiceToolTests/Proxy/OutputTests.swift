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
}
