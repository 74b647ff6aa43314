import Foundation
import SluiceTLSTesting
import Testing

/// Who is not let in, and what is not done.
@Suite struct `What a proxy refuses` {
  @Test
  func `clients show certificates where they are required, of allowed names only, and the target hears of no others`()
    throws
  {
    try Target.with { folder, target in
      let authority = try TestAuthority()
      try authority.certificate.pem.write(to: folder.appending(path: "ca.pem"), atomically: true, encoding: .utf8)
      for name in ["alice", "bob"] {
        let identity = try authority.issue(host: name, usage: .client)
        try (identity.chainPEM + identity.privateKeyPEM).write(
          to: folder.appending(path: name + ".pem"), atomically: true, encoding: .utf8)
      }
      let proxy = try ProxyRun(
        [
          "127.0.0.1:0 | tls(server.pem, ca=ca.pem, clients=required, allow=alice+carol)", "127.0.0.1:\(target)",
          "--metrics", "127.0.0.1:0",
        ], in: folder)
      let trust = folder.appending(path: "server-ca.pem").path
      let port = try proxy.port
      func ask(as name: String) throws -> Int {
        try Target.ask(port, "ECHO", "--ca", trust, "--cert", folder.appending(path: name).path).fine
      }
      #expect(try ask(as: "alice.pem") == 1, "\(proxy.log)")
      #expect(try ask(as: "bob.pem") == 0)
      #expect(try ask(as: "server.pem") == 0)
      #expect(try Target.ask(port, "ECHO", "--ca", trust).fine == 0)
      try proxy.awaitMetric("connections_open") { $0 == 0 }
      let ends = try proxy.metrics()
      #expect(ends["connections_ended_total{reason=\"not-allowed\"}"] == 1, "\(proxy.log)")
      #expect(ends["connections_ended_total{reason=\"tls-certificate\"}"] == 2, "\(proxy.log)")
      #expect(ends["bytes_total{direction=\"to_target\"}"] == 1_005, "only alice's bytes")
      #expect(proxy.stop() == 0)
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.0\r\n\r\n", "end=tls-none", "plaintext HTTP request on a TLS port"),
    ("SSH-2.0-x\r\n", "end=tls-none", "does not speak TLS"),
  ])
  func `plain text on a TLS port is told in one line`(_ sent: String, _ end: String, _ words: String) throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        ["127.0.0.1:0 | tls(server.pem)", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0"], in: folder)
      _ = try Shell.run("nc", ["-N", "127.0.0.1", "\(try proxy.port)"], input: Data(sent.utf8))
      try proxy.awaitLog("end=")
      #expect(proxy.stop() == 0)
      let line = proxy.log.split(separator: "\n").first { $0.contains("conn=1") }
      #expect(line?.contains(end) == true && line?.contains(words) == true, "\(proxy.log)")
    }
  }

  @Test func `a handshake that stalls is ended by its deadline`() throws {
    try Target.with { folder, target in
      let proxy = try ProxyRun(
        [
          "127.0.0.1:0 | tls(server.pem)", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0", "--handshake-timeout",
          "200ms",
        ], in: folder)
      // It sends nothing, and waits for the end.
      let script = "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); print(s.recv(1))"
      #expect(try Shell.python(script, ["\(try proxy.port)"]).hasPrefix("b'"))
      try proxy.awaitLog("end=handshake-timeout")
      #expect(proxy.stop() == 0)
    }
  }

  @Test func `a target that refuses, and one that is not there, end the client with the cause`() throws {
    try Scratch.with { folder in
      // A port that was free a moment ago.
      let free = try Shell.python(
        "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])", [])
      let port = free.trimmingCharacters(in: .whitespacesAndNewlines)
      for (target, end) in [("127.0.0.1:\(port)", "connect-refused"), ("unix:/no/such/socket", "connect-failed")] {
        let proxy = try ProxyRun(["127.0.0.1:0", target, "--metrics", "127.0.0.1:0"], in: folder)
        #expect(try Target.ask(try proxy.port, "ECHO").fine == 0)
        try proxy.awaitLog("end=\(end)")
        #expect(proxy.stop() == 0)
      }
    }
  }

  @Test(arguments: [
    (["0.0.0.0:0", "127.0.0.1:1"], 64, "other machines could connect, and nothing encrypts", "--allow-plaintext"),
    (["127.0.0.1:0", "127.0.0.1:0"], 64, "port 0 is nobody's", "Give the port"),
    (["stdio", "stdio"], 64, "are the client's already", "Give another target"),
    (["stdio", "127.0.0.1:1", "--threads", "2"], 64, "needs one thread", "--threads"),
    (["127.0.0.1:0 | tls(no.pem)", "127.0.0.1:1"], 78, "no.pem: cannot be read", "PEM"),
    (["127.0.0.1:0 | gzpi", "127.0.0.1:1"], 78, "did you mean gzip?", "filters:"),
    (["127.0.0.1:0", "127.0.0.1:1 | tls(host=a, clients=none)"], 78, "tls has no parameter clients", "tls takes"),
    (["127.0.0.1:0", "unix:/tmp/x | tls"], 78, "unix:/tmp/x has no name to check", "host=NAME"),
    (["@/no/such/file", "127.0.0.1:1"], 78, "@/no/such/file", "Give a file"),
    (["127.0.0.1:0", "127.0.0.1:1", "--idle-timeout", "5"], 64, "can be read in two ways", "5ms or 5s"),
    (["127.0.0.1:0", "127.0.0.1:1", "--idle-timeout", "5d"], 64, "\"d\" is not a unit of time", "5m"),
    (["127.0.0.1:0", "127.0.0.1:1", "--metrics", "example.test:1"], 64, "example.test", "127.0.0.1:1"),
    (["127.0.0.1:0", "127.0.0.1:1", "--metrics", "127.0.0.1"], 64, "the port is missing", "127.0.0.1:port"),
    (["127.0.0.1:0", "127.0.0.1:1", "--metrics", "unix:/no/such/it"], 1, "--metrics unix:/no/such", "No such file"),
    (["127.0.0.1:0", "127.0.0.1:1", "--threads", "3", "--max-connections", "2"], 64, "connections 2", "3 or more"),
    (["fd:77", "127.0.0.1:1"], 64, "LISTEN fd:77", "hand one down"),
    (["127.0.0.1:0", "fd:77"], 64, "TARGET fd:77", "hand one down"),
    (["@-", "127.0.0.1:1"], 78, "LISTEN: @-", "Give a file"),
    (["127.0.0.1:0", "127.0.0.1:1", "--threads", "0"], 64, "--threads 0", "1 to 64"),
  ])
  func `what is wrong at the command line is told with what to do`(
    _ arguments: [String], _ status: Int32, _ words: String, _ advice: String
  ) throws {
    let outcome = try Tool.run(["proxy"] + arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.errors.contains(advice), "\(outcome.errors)")
    #expect(outcome.output == "")
  }
}
