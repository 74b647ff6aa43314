import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A proxy that runs beside the test, on ports that the system chose.
final class ProxyRun: Running {
  /// Starts it, and waits until it serves.
  init(_ arguments: [String], in folder: URL, by launcher: [String] = []) throws {
    try super.init("sluice", ["proxy"] + arguments, in: folder, by: launcher)
    try #require(firstLine.hasPrefix("ready"), "\(firstLine)")
  }

  /// The port that it listens at.
  var port: Int { get throws { try port(behind: "listen=") } }
  /// The port of its metrics.
  var metricsPort: Int { get throws { try port(behind: "metrics=") } }

  /// Sends SIGTERM, and waits for the end.
  ///
  /// - Returns: the status that it exited with.
  func stop() -> Int32 {
    signal(SIGTERM)
    return wait()
  }

  /// The metrics, by their name and labels.
  func metrics() throws -> [String: Double] {
    let text = try Shell.run("curl", ["-sS", "http://127.0.0.1:\(try metricsPort)/metrics"]).output
    let rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { row -> (String, Double)? in
      guard let space = row.lastIndex(of: " "), let value = Double(row[row.index(after: space)...]) else { return nil }
      return (String(row[..<space].dropFirst("sluice_".count)), value)
    }
    return Dictionary(rows) { $1 }
  }
}
