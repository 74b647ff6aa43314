import Foundation

enum Repository {
  /// The top of the project's tree.
  static let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL

  /// A file of the project, as text.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: top.appending(path: path), encoding: .utf8)
  }

  /// All Swift sources of a folder, one behind the other.
  static func swift(under folder: String) throws -> String {
    let files = FileManager.default.enumerator(at: top.appending(path: folder), includingPropertiesForKeys: nil)
    let sources = (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    return try sources.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
  }
}
