import Foundation
import SluiceTLSTesting
import Testing

/// The samples as they are run, with other people's programs at the other end.
@Suite struct `The samples` {
  /// What was started, until the test is over.
  private final class Kept {
    var runs: [Running] = []
  }

  private let kept = Kept()

  private func start(_ name: String, _ arguments: [String], in folder: URL) throws -> (run: Running, port: Int) {
    let run = try Running(name, arguments, in: folder)
    kept.runs.append(run)
    return (run, try run.port(behind: "127.0.0.1:"))
  }

  private func nc(_ port: Int, _ input: String) throws -> String {
    try Shell.run("nc", ["-N", "127.0.0.1", "\(port)"], input: Data(input.utf8)).output
  }

  @Test func `echo sends back what it gets`() throws {
    try Scratch.with { folder in
      let (_, port) = try start("echo", ["127.0.0.1:0"], in: folder)
      #expect(try nc(port, "hello\nworld\n") == "hello\nworld\n")
    }
  }

  @Test func `tcp-proxy passes connections on and tells what came of them`() throws {
    try Target.with { folder, target in
      let (proxy, port) = try start("tcp-proxy", ["127.0.0.1:0", "localhost:\(target)"], in: folder)
      #expect(try Target.ask(port, "ECHO", bytes: 200_000, "--count", "1").fine == 1)
      let line = try #require(proxy.readLine())
      #expect(line.contains("200005 B in, 200000 B out, both sides finished, the "), "\(line)")
    }
  }

  @Test func `tls-proxy takes TLS and makes TLS`() throws {
    try Target.with { folder, target in
      let (_, far) = try start("tls-proxy", ["--cert", "server.pem", "127.0.0.1:0", "127.0.0.1:\(target)"], in: folder)
      let (near, port) = try start(
        "tls-proxy", ["--to-tls", "--ca", "server-ca.pem", "127.0.0.1:0", "localhost:\(far)"], in: folder)
      #expect(try Target.ask(port, "ECHO", bytes: 200_000).fine == 1)
      #expect(try #require(near.readLine()).contains("TLS 1.3"))
      let trust = folder.appending(path: "server-ca.pem").path
      #expect(try Target.ask(far, "ECHO", "--ca", trust).fine == 1)
    }
  }

  @Test func `gzip-tunnel compresses between its ends`() throws {
    try Target.with { folder, target in
      let (_, far) = try start("gzip-tunnel", ["far", "127.0.0.1:0", "127.0.0.1:\(target)"], in: folder)
      let (_, near) = try start("gzip-tunnel", ["near", "127.0.0.1:0", "127.0.0.1:\(far)"], in: folder)
      #expect(try Target.ask(near, "ECHO", bytes: 500_000, "--count", "3").fine == 3)
      #expect(try Target.ask(near, "SUM", bytes: 500_000).fine == 1)
    }
  }

  @Test
  func `starttls-server secures a connection in the middle, and takes nothing that came before for said under TLS`()
    throws
  {
    try Scratch.with { folder in
      let (_, port) = try start("starttls-server", ["127.0.0.1:0"], in: folder)
      let secured = try Shell.run(
        "openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-starttls", "smtp", "-quiet", "-ign_eof"],
        input: Data("MAIL FROM:<a@example.test>\r\nQUIT\r\n".utf8))
      #expect(secured.output.contains("250 noted under TLS 1.3"), "\(secured)")
      #expect(secured.output.contains("221 Bye"), "\(secured)")
      #expect(try nc(port, "NOOP\r\nQUIT\r\n").contains("250 noted in plain text"))
      let injected = try nc(port, "STARTTLS\r\nMAIL FROM:<thief@example.test>\r\n")
      #expect(injected == "220 mail.example.test ESMTP Sluice\r\n" || injected == "", "\(injected)")
    }
  }

  @Test func `line-chat tells everybody what anybody says`() throws {
    try Scratch.with { folder in
      let (_, port) = try start("line-chat", ["127.0.0.1:0"], in: folder)
      let script = """
        import socket, sys
        def enter():
            s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            return s, s.makefile("r", newline="\\r\\n")
        a, from_a = enter()
        print(from_a.readline().strip().split(" ", 2)[2])
        b, from_b = enter()
        print(from_a.readline().strip().split(" ", 2)[2])
        b.sendall(b"hel")
        b.sendall(b"lo\\r\\n")
        print(from_a.readline().strip().split(" ", 1)[1])
        b.sendall(b"x" * 2000 + b"\\n")
        from_b.readline()
        print(from_b.readline().strip())
        print(from_a.readline().strip().split(" ", 2)[2])
        """
      let lines = try Shell.python(script, ["\(port)"]).split(separator: "\n")
      #expect(lines.prefix(3) == ["is here (1 in all)", "is here (2 in all)", "hello"], "\(lines)")
      #expect(lines.count == 5 && lines[3].contains("1000"), "\(lines)")
      #expect(lines.last == "is gone")
    }
  }

  @Test func `rot13-filter says where its output takes nothing`() throws {
    let path = try Tool.path("rot13-filter").path
    let full = try Shell.run("sh", ["-c", "\"$0\" >/dev/full", path], input: Data("Zoe".utf8))
    #expect(full.status == 1 && full.errors.contains("No space left"), "\(full)")
  }

  @Test func `rot13-filter twice is none`() throws {
    let text = Data(try Repository.text("LICENSE").utf8)
    let path = try Tool.path("rot13-filter").path
    let once = try Shell.run(path, [], input: text)
    #expect(once.status == 0 && once.output.contains("Ncnpur Yvprafr"), "\(once.errors)")
    #expect(try Shell.run(path, [], input: Data(once.output.utf8)).output == String(decoding: text, as: UTF8.self))
  }
}
