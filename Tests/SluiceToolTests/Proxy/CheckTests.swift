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
      let expired = TestBlueprint(host: "localhost", validity: .expired)
      try TestIdentity.selfSigned(expired).write(to: folder)
      let served = try check("127.0.0.1:0 | tls(server.pem)", "localhost:1", in: folder)
      #expect(
        served.status == 0 && served.output.contains("note: tls: the certificate of CN=localhost expired"), "\(served)")
      let shown = try check("127.0.0.1:0", "localhost:1 | tls(cert=server.pem)", in: folder)
      #expect(shown.output.contains("expired at"), "\(shown)")
      #expect(try check("0.0.0.0:0", "localhost:1", "--allow-plaintext", in: folder).status == 0)
    }
  }

  @Test(arguments: [
    ["check", "127.0.0.1:0 | tap(file=old.txt)", "localhost:1 | tap(style=pcap, file=new.txt)"],
    ["proxy", "127.0.0.1:0 | tap(file=old.txt)", "localhost:1 | tap(style=pcap, file=new.txt)", "--explain"],
    ["loopback", "--stack", "tap(style=pcap, file=old.txt) | tap(file=new.txt)", "--explain"],
  ])
  func `files that would be written stay as they are`(_ arguments: [String]) throws {
    try Scratch.with { folder in
      try Data("precious".utf8).write(to: folder.appending(path: "old.txt"))
      let outcome = try Shell.run(try Tool.path().path, arguments, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try Data(contentsOf: folder.appending(path: "old.txt")) == Data("precious".utf8))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "new.txt").path))
    }
  }

  @Test func `a file that two taps would write is refused, and a device is not`() throws {
    try Scratch.with { folder in
      for (listener, target) in [
        ("tap(file=a.txt)", "tap(file=a.txt)"), ("tap(file=a.txt)", "tap(style=pcap, file=a.txt)"),
        ("tap(file=a.txt) | gzip | tap(file=a.txt)", "pass"),
      ] {
        let outcome = try check("127.0.0.1:0 | \(listener)", "localhost:1 | \(target)", in: folder)
        #expect(outcome.status == 78, "\(outcome)")
        #expect(outcome.errors.contains("file=a.txt: two filters would write over each other there"), "\(outcome)")
      }
      let devices = try check("127.0.0.1:0 | tap(file=/dev/null)", "localhost:1 | tap(file=/dev/null)", in: folder)
      #expect(devices.status == 0, "\(devices)")
    }
  }

  @Test(arguments: [
    ("127.0.0.1:0 | tap(file=/no/such/folder/a)", "/no/such/folder/a: cannot be written: no such file or directory"),
    ("127.0.0.1:0 | tap(file=/)", "/: cannot be written: is a directory"),
    ("127.0.0.1:0 | tls(server.pem, names=none)", "none: cannot be read: no such file or directory"),
    ("127.0.0.1:0 | tls(server.pem, names=server.pem)", "server.pem: cannot be read: not a directory"),
  ])
  func `files and folders that cannot be used are named`(_ description: String, _ words: String) throws {
    try Scratch.with { folder in
      try TestIdentity.selfSigned(host: "localhost").write(to: folder)
      let outcome = try check(description, "localhost:1", in: folder)
      #expect(outcome.status == 78 && outcome.errors.contains(words), "\(outcome.errors)")
    }
  }
}
