import Foundation
import Testing

/// Where proxies take connections.
@Suite struct `Listeners of proxies` {
  /// Hands a listening socket down as descriptor 7, as supervisors do.
  private static let supervisor = [
    "python3", "-c",
    """
    import os, socket, sys
    listener = socket.create_server(("127.0.0.1", 0))
    os.dup2(listener.fileno(), 7)
    os.execv(sys.argv[1], sys.argv[1:])
    """,
  ]

  @Test(arguments: [1, 3])
  func `a listening descriptor that was handed down is listened at, by all threads`(_ threads: Int) throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["fd:7", "127.0.0.1:\(target)", "--threads", "\(threads)"], in: folder, by: Self.supervisor)
      #expect(try Target.ask(try proxy.port, "ECHO", "--count", "20").fine == 20, "\(proxy.log)")
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `a Unix socket is shared by all threads`() throws {
    try Target.with { folder, target in
      let far = try ProxyRun(["unix:far.sock", "127.0.0.1:\(target)", "--threads", "3"], in: folder)
      let near = try ProxyRun(["127.0.0.1:0", "unix:far.sock"], in: folder)
      #expect(try Target.ask(try near.port, "ECHO", "--count", "50").fine == 50, "\(near.log) \(far.log)")
      #expect(near.stop() == 0 && far.stop() == 0)
    }
  }

  @Test func `a port without a host takes connections of both versions, where others may connect`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun([":0", "127.0.0.1:\(target)", "--allow-plaintext"], in: folder)
      #expect(try Target.ask(try proxy.port, "ECHO").fine == 1)
      let line = "echo ECHO | nc -N ::1 \(try proxy.port)"
      #expect(try Shell.run("sh", ["-c", line]).status == 0, "\(proxy.firstLine)")
      #expect(proxy.stop() == 0)
      #expect(proxy.log.contains("peer=[::1]"), "\(proxy.log)")
    }
  }

  @Test func `a PROXY header tells where the client connected to`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(target) | proxy(version=1)"], in: folder)
      let answer = try Shell.run("nc", ["-N", "127.0.0.1", "\(try proxy.port)"], input: Data("\n".utf8)).output
      let words = answer.split(separator: " ")
      let port = try proxy.port
      #expect(words.first == "PROXY" && words.last == "\(port)\n", "\(answer)")
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `the most connections hold for all threads and addresses together, and the others wait`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0", "127.0.0.1:\(target)", "--max-connections", "2", "--metrics", "127.0.0.1:0"], in: folder)
      // They are served two at a time, and none is refused.
      #expect(try Target.ask(try proxy.port, "ECHO", "--count", "40").fine == 40)
      let held = try Client(try proxy.port, "HOLD", bytes: 0, "--count", "4")
      try proxy.awaitMetric("connections_open") { $0 == 2 }
      #expect(try proxy.metrics()["connections_total"] == 42)
      proxy.signal(SIGTERM)
      proxy.signal(SIGTERM)
      #expect(proxy.wait() == 3)
      #expect(try held.answers().failed == 4)
    }
  }
}
