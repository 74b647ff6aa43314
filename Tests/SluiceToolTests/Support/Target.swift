import Foundation
import SluiceTLSTesting
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A target that does what the first line of a connection asks for (`Tests/Peers/peer.py`).
final class Target {
  private let process = Process()
  private let input = Pipe()
  let port: Int

  init() throws {
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", Self.script, "serve"]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte != Data("\n".utf8) {
      line += byte
    }
    port = try #require(Int(String(decoding: line, as: UTF8.self)), "no port: \(line)")
  }

  deinit {
    // Children of a test inherit its mask, in which others may be blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Has it send the rest of what HALF asked for.
  func release() throws { try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8)) }

  /// Lends `body` a folder with a certificate for localhost, and the port of a target.
  static func with(_ body: (URL, Int) throws -> Void) throws {
    try with { (folder, target: Target) in try body(folder, target.port) }
  }

  static func with(_ body: (URL, Target) throws -> Void) throws {
    try Scratch.with { folder in
      try TestIdentity.selfSigned(host: "localhost").write(to: folder)
      let target = try Target()
      try body(folder, target)
      withExtendedLifetime(target) {}
    }
  }

  static let script = Repository.top.appending(path: "Tests/Peers/peer.py").path

  /// What clients came to.
  struct Answers: Decodable {
    let fine: Int
    let failed: Int
    let problems: [String]
    /// How many different certificates they saw.
    let certificates: Int
  }

  /// Runs clients, and says what they came to.
  static func ask(_ port: Int, _ command: String, bytes: Int = 1_000, _ more: String...) throws -> Answers {
    let arguments = [script, "ask", "--port", "\(port)", "--command", command, "--bytes", "\(bytes)"] + more
    let outcome = try Shell.run("python3", arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Answers.self, from: Data(outcome.output.utf8))
  }
}

extension TestIdentity {
  /// Writes the certificate with its key, and what signed it, as files that descriptions can name.
  func write(to folder: URL, as name: String = "server") throws {
    try (chainPEM + privateKeyPEM).write(to: folder.appending(path: name + ".pem"), atomically: true, encoding: .utf8)
    try anchorPEM.write(to: folder.appending(path: name + "-ca.pem"), atomically: true, encoding: .utf8)
  }
}
