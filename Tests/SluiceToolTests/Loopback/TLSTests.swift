import Foundation
import Testing

@Suite struct `TLS in the stack tool` {
  private static let text = Data((0..<50_000).flatMap { "line \(100_000 + $0)...\n".utf8 }.prefix(700_000))

  @Test func `a file goes through compression under TLS and each end tells of its handshake`() throws {
    try Scratch.file(Self.text) { file in
      let outcome = try Tool.run(["loopback", "--stack", "tls | gzip(level=6)", file])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n")
      for end in ["sender", "receiver"] {
        let line = try #require(lines.first { $0.hasPrefix("tls, \(end): TLS 1.3, TLS_AES_128_GCM_SHA256, ") })
        #expect(line.contains(/handshake [0-9.]+[mu]s$/))
      }
      #expect(lines.last?.contains("arrived as sent, every byte compared") == true)
    }
  }

  @Test(arguments: [
    ("tls(version=1.2)", "TLS 1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("tls(cipher=ECDHE-ECDSA-CHACHA20-POLY1305)", "TLS 1.2", "ECDHE-ECDSA-CHACHA20-POLY1305"),
    ("tls(cipher=TLS_CHACHA20_POLY1305_SHA256)", "TLS 1.3", "TLS_CHACHA20_POLY1305_SHA256"),
  ])
  func `the object for machines has what was chosen`(_ stack: String, _ version: String, _ cipher: String) throws {
    try Scratch.file(Self.text) { file in
      let outcome = try Tool.run(["loopback", "--json", "--stack", stack, file])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let made = try #require(try outcome.object()["handshakes"] as? [[String: Any]])
      #expect(made.map { $0["end"] as? String } == ["sender", "receiver"])
      for end in made {
        #expect(end["filter"] as? String == stack)
        #expect(end["version"] as? String == version)
        #expect(end["cipher"] as? String == cipher)
        #expect(try #require(end["seconds"] as? Double) > 0)
      }
    }
  }

  @Test func `TLS stacks in TLS with a name and a protocol and a certificate of the client`() throws {
    try Scratch.file(Self.text) { file in
      let stack = "tls(alpn=outer) | tls(host=inner.test, alpn=inner, mutual)"
      let outcome = try Tool.run(["loopback", "--json", "--stack", stack, file])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let made = try #require(try outcome.object()["handshakes"] as? [[String: Any]])
      #expect(made.map { $0["application_protocol"] as? String } == ["inner", "inner", "outer", "outer"])
      #expect(made.map { $0["server_name"] as? String }.prefix(2) == ["inner.test", "inner.test"])
      #expect(made.map { $0["place"] as? Int } == [2, 2, 1, 1])
      #expect(made.map { $0["peer"] is String } == [true, true, true, false], "the outer client showed none")
    }
  }

  @Test(arguments: [
    ("tls(version=1.1)", 64, "--stack: tls: version: \"1.1\" is no version"),
    ("tls(cipher=NO-SUCH)", 64, "--stack: tls: ciphers: \"NO-SUCH\", which names nothing that libssl has"),
    ("tls(version=1.3, cipher=TLS_NO_SUCH)", 64, "--stack: tls: cipherSuites: \"TLS_NO_SUCH\""),
    ("tls(host=\"no host\")", 64, "--stack: tls: \"no host\" is no name of a host"),
    ("corrupt(at=2000) | tls", 1, "filter TLS"),
  ])
  func `what cannot be is told`(_ stack: String, _ status: Int32, _ words: String) throws {
    try Scratch.file(Self.text) { file in
      let outcome = try Tool.run(["loopback", "--stack", stack, file])
      #expect(outcome.status == status)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }
}
