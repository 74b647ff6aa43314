import Foundation
import SluiceTLSTesting
import Testing

/// `sluice check`: what a proxy would do, without doing it.
@Suite struct `sluice check` {
  private func check(_ arguments: String..., in folder: URL) throws -> Outcome {
    try Shell.run(try Tool.path().path, ["check"] + arguments, in: folder)
  }

  @Test func `what is right is printed with all that is in effect, and nothing is listened at`() throws {
    try Scratch.with { folder in
      try TestIdentity.selfSigned(host: "localhost").write(to: folder)
      let taken = try Running("echo", ["127.0.0.1:0"], in: folder)
      let port = try taken.port(behind: "127.0.0.1:")
      let outcome = try check(
        "127.0.0.1:\(port) | tls(server.pem) | gzip", "localhost:1 | rate(1MiB/s)", in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      // From the client to the target, with what was not given.
      let words = ["client", ":\(port)", "tls", "min=1.2", "gzip", "relay", "localhost:1", "rate", "limit=1MiB/s"]
      var rest = outcome.output[...]
      for word in words {
        let found = try #require(rest.range(of: word), "\(word) in order: \(outcome.output)")
        rest = rest[found.upperBound...]
      }
      taken.signal(SIGKILL)
    }
  }

  @Test(arguments: [
    ("127.0.0.1:0 | tls(none.pem)", "none.pem"), ("127.0.0.1:0 | tls(text.pem)", "text.pem"),
    ("127.0.0.1:0 | gzipp", "did you mean gzip?"), ("127.0.0.1:0 | gzip(level=12)", "12"),
    ("127.0.0.1:99999", "99999"), ("@none.txt", "LISTEN: @none.txt: cannot be opened"),
  ])
  func `what is wrong is named, with the status for configurations`(_ description: String, _ words: String) throws {
    try Scratch.with { folder in
      try Data("not a certificate".utf8).write(to: folder.appending(path: "text.pem"))
      let outcome = try check(description, "localhost:1", in: folder)
      #expect(outcome.status == 78 && outcome.output.isEmpty, "\(outcome)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test func `what is dangerous is noted`() throws {
    try Scratch.with { folder in
      let outcome = try check("127.0.0.1:0", "localhost:1 | tls(insecure)", in: folder)
      #expect(outcome.status == 0 && outcome.output.contains("note: "), "\(outcome)")
      #expect(try check("0.0.0.0:0", "localhost:1", in: folder).errors.contains("--allow-plaintext"))
      #expect(try check("0.0.0.0:0", "localhost:1", "--allow-plaintext", in: folder).status == 0)
    }
  }
}
