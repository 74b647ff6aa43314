#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that all connections of one place write to. The first of them makes it, or empties it: who only reads a description,
/// to check it or because it may have changed, leaves what is there alone.
final class WrittenFile<File: AnyObject> {
  private var path = ""
  private var file: File?

  /// Says which file it is. One that is being written goes on, where it is the same.
  ///
  /// - Throws: why it could not be written, as far as that can be told without doing it.
  func name(_ path: String) throws {
    guard path != self.path else { return }
    try Self.check(path)
    (self.path, file) = (path, nil)
  }

  /// The file, which `make` makes at this path where nobody has yet.
  func opened(_ make: (String) throws -> File) rethrows -> File {
    if let file { return file }
    let made = try make(path)
    file = made
    return made
  }

  private static func check(_ path: String) throws {
    var status = stat()
    var code: Int32 = 0
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { code = EISDIR } else if access(path, W_OK) != 0 { code = errno }
    } else if errno != ENOENT {
      code = errno
    } else {
      let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
      if access(folder, W_OK | X_OK) != 0 { code = errno }
    }
    guard code != 0 else { return }
    throw Contradiction(description: "\(path): cannot be written: \(systemMessage(code)); give a path that can be")
  }
}
