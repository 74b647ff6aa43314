import Foundation

enum Repository {
  /// The top of the project's tree.
  static let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

  /// A file of the project, as text.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: top.appending(path: path), encoding: .utf8)
  }
}
