import Foundation
import Testing

/// Clients that run while the test goes on.
final class Client {
  private let process = Process()
  private let output = Pipe()

  /// Starts `Tests/Peers/peer.py ask`, or any other program with pipes at both ends.
  init(_ program: String, _ arguments: [String]) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.standardError
    try process.run()
  }

  /// Clients that ask a target for something, through the proxy at `port`.
  convenience init(_ port: Int, _ command: String, bytes: Int, _ more: String...) throws {
    try self.init(
      "python3", [Target.script, "ask", "--port", "\(port)", "--command", command, "--bytes", "\(bytes)"] + more)
  }

  /// Waits for their end, and says what they came to.
  func answers() throws -> Target.Answers {
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return try JSONDecoder().decode(Target.Answers.self, from: data)
  }
}

extension ProxyRun {
  /// Waits until the metrics say so; fails where they never do.
  func awaitMetric(_ name: String, _ isReached: (Double) -> Bool) throws {
    var last: Double?
    // Each look is a request, which paces itself.
    for _ in 0..<1_000 {
      last = try metrics()[name]
      if let last, isReached(last) { return }
    }
    Issue.record("\(name) stays \(last.map { "\($0)" } ?? "unknown"); \(log)")
  }

  /// Waits until the log contains `words`, so often; fails where it never does. Each look is a request, so there are metrics.
  func awaitLog(_ words: String, times: Int = 1) throws {
    var isThere: Bool { log.components(separatedBy: words).count > times }
    for _ in 0..<1_000 where !isThere { _ = try metrics() }
    #expect(isThere, "\(words): \(log)")
  }
}
