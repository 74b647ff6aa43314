import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// How a proxy ends, and what it does with what is open then.
@Suite struct `The end of a proxy` {
  @Test func `SIGTERM lets open connections finish, takes no others, and exits with 0`() throws {
    try Target.with { (folder, target: Target) in
      let proxy = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(target.port)", "--metrics", "127.0.0.1:0"], in: folder)
      let client = try Client(try proxy.port, "HALF", bytes: 5_000, "--count", "20")
      try proxy.awaitMetric("bytes_total{direction=\"to_client\"}") { $0 == 20 * 2_500 }
      proxy.signal(SIGTERM)
      try proxy.awaitLog("draining")
      #expect(try Target.ask(try proxy.port, "ECHO").fine == 0, "it takes no more")
      try target.release()
      let answers = try client.answers()
      #expect(answers.fine == 20, "\(answers.problems)")
      #expect(proxy.wait() == 0)
      #expect(proxy.log.components(separatedBy: "end=target-eof").count == 21)
    }
  }

  @Test(arguments: [false, true])
  func `what is open when the time is over, or at a second SIGTERM, is cut and counted`(isSecond: Bool) throws {
    try Target.with { folder, target in
      let limit = isSecond ? "1h" : "100ms"
      let proxy = try ProxyRun(
        ["127.0.0.1:0", "127.0.0.1:\(target)", "--metrics", "127.0.0.1:0", "--drain-timeout", limit], in: folder)
      let client = try Client(try proxy.port, "HOLD", bytes: 0, "--count", "3")
      try proxy.awaitMetric("connections_open") { $0 == 3 }
      proxy.signal(SIGTERM)
      if isSecond {
        try proxy.awaitLog("draining")
        proxy.signal(SIGTERM)
      }
      #expect(proxy.wait() == 3)
      #expect(proxy.log.contains("3 connections were cut"), "\(proxy.log)")
      #expect(proxy.log.components(separatedBy: "end=drain").count == 4)
      #expect(try client.answers().failed == 3)
    }
  }

  @Test func `a proxy for one connection ends with it`() throws {
    try Target.with { folder, target in
      let input = Data("ECHO\nover stdio".utf8)
      let outcome = try Tool.run(["proxy", "stdio", "127.0.0.1:\(target)"], input: input)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "over stdio")
      #expect(outcome.errors.contains("ready\n"), "standard output is the client's")
    }
  }
}
