import Foundation
import Testing

/// Programs of the system, run to their end.
enum Shell {
  static func run(_ program: String, _ arguments: [String], input: Data = Data(), in folder: URL? = nil) throws
    -> Outcome
  {
    try Scratch.with { scratch in
      // Files, not pipes: nothing can fill up, whatever the order.
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
