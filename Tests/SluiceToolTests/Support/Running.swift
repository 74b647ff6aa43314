import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// An executable of the project that runs beside the test.
class Running {
  private let process = Process()
  private let output = Pipe()
  private let errors: URL
  /// The first line that it printed: that it serves, and where.
  private(set) var firstLine = ""

  /// Starts it, by way of a `launcher` that becomes it where there is one, and waits for its first line.
  init(_ name: String, _ arguments: [String], in folder: URL, by launcher: [String] = []) throws {
    errors = folder.appending(path: "\(name)-\(UUID().uuidString).log")
    try Data().write(to: errors)
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = launcher + [try Tool.path(name).path] + arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    firstLine = try #require(readLine(), "\(log)")
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// The next line of standard output; nil at its end.
  func readLine() -> String? {
    var line = Data()
    while let byte = try? output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
      if byte == Data("\n".utf8) { return String(decoding: line, as: UTF8.self) }
      line += byte
    }
    return nil
  }

  /// What it wrote to standard error.
  var log: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

  /// The number behind the last colon of a word of the first line that contains `words`.
  func port(behind words: String) throws -> Int {
    let found = firstLine.split(separator: " ").first { $0.contains(words) }
    return try #require(found?.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) }, "\(firstLine)")
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for the end.
  ///
  /// - Returns: the status that it exited with.
  func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
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
