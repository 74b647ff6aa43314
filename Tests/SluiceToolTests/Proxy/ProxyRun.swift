import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A proxy that runs beside the test, on ports that the system chose.
final class ProxyRun {
  private let process = Process()
  private let output = Pipe()
  private let errors: URL
  /// The words of the line that says that it serves, such as `listen=127.0.0.1:41233`.
  private(set) var ready: [String] = []

  /// Starts it, and waits until it serves.
  init(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws {
    errors = folder.appending(path: "proxy-\(UUID().uuidString).log")
    try Data().write(to: errors)
    process.executableURL = try Tool.path()
    process.arguments = ["proxy"] + arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    ready = try #require(readLine(), "\(log)").split(separator: " ").map(String.init)
    try #require(ready.first == "ready", "\(ready)")
  }

  deinit { if process.isRunning { process.terminate() } }

  /// The next line of standard output; nil at its end.
  private func readLine() -> String? {
    var line = Data()
    while let byte = try? output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
      if byte == Data("\n".utf8) { return String(decoding: line, as: UTF8.self) }
      line += byte
    }
    return nil
  }

  /// What it wrote to standard error.
  var log: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

  /// The port that it listens at.
  var port: Int { get throws { try port(of: "listen") } }
  /// The port of its metrics.
  var metricsPort: Int { get throws { try port(of: "metrics") } }

  private func port(of word: String) throws -> Int {
    let found = ready.first { $0.hasPrefix(word + "=") }
    return try #require(found?.split(separator: ":").last.flatMap { Int($0) }, "\(ready)")
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Sends SIGTERM, and waits for the end.
  ///
  /// - Returns: the status that it exited with.
  func stop() -> Int32 {
    signal(SIGTERM)
    return wait()
  }

  /// Waits for the end.
  func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
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

  /// The descriptors that the process has open.
  var descriptors: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd").count) ?? 0
  }

  /// The bytes of memory that the process has resident.
  var residentBytes: Int {
    let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/statm", encoding: .utf8)) ?? ""
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
  }
}

/// Programs of the system, run to their end.
enum Shell {
  struct Failure: Error { let words: String }

  static func run(_ program: String, _ arguments: [String], input: Data = Data(), in folder: URL? = nil) throws
    -> Outcome
  {
    try Scratch.with { scratch in
      let names = ["in", "out", "err"].map { scratch.appending(path: $0) }
      try input.write(to: names[0])
      for name in names[1...] { try Data().write(to: name) }
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [program] + arguments
      process.currentDirectoryURL = folder
      process.standardInput = try FileHandle(forReadingFrom: names[0])
      process.standardOutput = try FileHandle(forWritingTo: names[1])
      process.standardError = try FileHandle(forWritingTo: names[2])
      try process.run()
      process.waitUntilExit()
      let texts = try names[1...].map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
      return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }
  }

  /// Runs a Python script, and gives what it printed.
  static func python(_ script: String, _ arguments: [String], in folder: URL? = nil) throws -> String {
    let outcome = try run("python3", ["-c", script] + arguments, in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }
}
