import Foundation
import Testing

/// What a run of the tool printed and came to.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String

  /// The JSON object that was printed.
  func object() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
    return try #require(object as? [String: Any], "\(output)")
  }
}

enum Tool {
  /// The executable that was built along with the tests: it lies beside their bundle.
  static func path(_ name: String = "sluice") throws -> URL {
    let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    let folders = [
      bundle?.deletingLastPathComponent(), Bundle.main.bundleURL,
      Bundle.main.executableURL?.deletingLastPathComponent(),
    ]
    let candidates = folders.compactMap { $0?.appending(path: name) }
    return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }, "\(candidates)")
  }

  /// Runs the tool to its end, with `input` as standard input.
  static func run(_ arguments: [String], input: Data = Data()) throws -> Outcome {
    try Shell.run(try path().path, arguments, input: input)
  }
}

enum Scratch {
  /// Lends `body` a folder of its own, and takes it away behind it.
  static func with<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// Lends `body` the path of a file with these contents.
  static func file<Result>(_ contents: Data, _ body: (String) throws -> Result) throws -> Result {
    try with { folder in
      let file = folder.appending(path: "file.txt")
      try contents.write(to: file)
      return try body(file.path)
    }
  }

  /// Bytes with a period that no buffer's size is a multiple of, so that pieces in the wrong order are seen.
  static func bytes(_ count: Int) -> Data {
    let period = Data((0..<min(count, 65_521)).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })
    var bytes = Data(capacity: count)
    while bytes.count < count { bytes.append(period.prefix(count - bytes.count)) }
    return bytes
  }
}
