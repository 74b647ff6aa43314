#if canImport(Glibc)
  internal import Glibc
#else
  internal import Musl
#endif

/// Small files, read whole.
enum Files {
  static func read(_ path: String) throws(TLSConfigurationError) -> [UInt8] {
    guard let file = fopen(path, "rbe") else { throw missing(path, "a file in PEM form") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { break }
      bytes += piece[..<count]
    }
    if ferror(file) != 0 { throw missing(path, "a file in PEM form") }
    return bytes
  }

  /// The paths of all files in a folder that are not hidden, in order.
  static func list(_ folder: String) throws(TLSConfigurationError) -> [String] {
    guard let directory = opendir(folder) else { throw missing(folder, "a folder of PEM files") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix("."), entry.pointee.d_type != DT_DIR { names.append(folder + "/" + name) }
    }
    return names.sorted()
  }

  private static func missing(_ path: String, _ wanted: String) -> TLSConfigurationError {
    TLSConfigurationError(path, "cannot be read: " + String(cString: strerror(errno)), "give the path of \(wanted)")
  }
}
