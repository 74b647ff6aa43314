import Foundation
import Testing

/// Bodies of a GiB, and ends that finish one direction before the other.
@Suite(.serialized) struct `Large bodies and half-closes` {
  private static let gibibyte = 1 << 30

  /// What stands between two proxies; nil for one proxy alone.
  @Test(arguments: [nil, "", "tls"])
  func `a GiB comes as it was sent, in each direction, through one and two proxies`(_ link: String?) throws {
    try Target.with { folder, target in
      let listener = link == "tls" ? " | tls(server.pem)" : ""
      let dialer = link == "tls" ? " | tls(host=localhost, ca=server-ca.pem)" : ""
      let far = try ProxyRun(["127.0.0.1:0\(listener)", "127.0.0.1:\(target)"], in: folder)
      let near = link == nil ? far : try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(try far.port)\(dialer)"], in: folder)
      for command in ["SUM", "SEND"] {
        let answers = try Target.ask(try near.port, command, bytes: Self.gibibyte)
        #expect(answers.fine == 1, "\(command): \(answers.problems) \(near.log) \(far.log)")
      }
      #expect(near.stop() == 0)
      #expect(near === far || far.stop() == 0)
      #expect(near.log.contains("end=client-eof") || near.log.contains("end=target-eof"), "\(near.log)")
    }
  }

  @Test(arguments: ["", " | gzip(level=1)", " | pass"])
  func `both directions move at once, and neither waits for the end of the other`(_ filters: String) throws {
    try Target.with { folder, target in
      let far = try ProxyRun(["127.0.0.1:0\(filters)", "127.0.0.1:\(target)"], in: folder)
      let near = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(try far.port)\(filters)"], in: folder)
      let answers = try Target.ask(try near.port, "ECHO", bytes: 20_000_000, "--count", "3")
      #expect(answers.fine == 3, "\(answers.problems)")
      #expect(near.stop() == 0 && far.stop() == 0)
    }
  }

  /// SUM: the client ends first, and gets its answer behind that. LATE: the target does, and gets the rest behind that.
  @Test(arguments: ["SUM", "LATE"], ["", " | gzip(level=1)", " | tls"])
  func `one end finishes, and the other sends on`(_ command: String, _ filters: String) throws {
    try Target.with { folder, target in
      let isTLS = filters == " | tls"
      let listener = isTLS ? " | tls(server.pem)" : filters
      let dialer = isTLS ? " | tls(host=localhost, ca=server-ca.pem)" : filters
      let far = try ProxyRun(["127.0.0.1:0\(listener)", "127.0.0.1:\(target)"], in: folder)
      let near = try ProxyRun(["127.0.0.1:0", "127.0.0.1:\(try far.port)\(dialer)"], in: folder)
      for bytes in [0, 1, 2_000_000] {
        let answers = try Target.ask(try near.port, command, bytes: bytes, "--count", "3")
        #expect(answers.fine == 3, "\(bytes): \(answers.problems) \(near.log) \(far.log)")
      }
      #expect(near.stop() == 0 && far.stop() == 0)
      let end = command == "SUM" ? "end=client-eof" : "end=target-eof"
      #expect(near.log.contains(end) && far.log.contains(end), "\(near.log) \(far.log)")
    }
  }
}
