import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file or standard input, read in pieces.
struct FileSource: ~Copyable {
  /// What messages call it.
  let name: String
  /// What it is to the user, in front of its name.
  private let role: String
  /// The size it had when it was opened; nil where that cannot be told.
  let size: Int?
  private let descriptor: Int32

  private init(name: String, role: String, descriptor: Int32, size: Int?) {
    self.name = name
    self.role = role
    self.descriptor = descriptor
    self.size = size
  }

  /// Opens `path`. Messages have `role` in front of it.
  ///
  /// - Parameters:
  ///   - path: where it is.
  ///   - role: what it is to the user.
  ///   - takesInput: whether `-` is standard input, which can be read once only.
  /// - Returns: the file, at its beginning.
  /// - Throws: `ToolError`, where there is none that can be read.
  static func open(
    _ path: String, as role: String = "FILE ", takesInput: Bool = true
  ) throws(ToolError) -> FileSource {
    let isInput = takesInput && path == "-"
    let advice = "Give a file that can be read" + (takesInput ? ", or - for standard input." : ".")
    let descriptor = isInput ? STDIN_FILENO : systemOpen(path, O_RDONLY | O_CLOEXEC)
    let code = errno
    guard descriptor >= 0 else { throw .failed("\(role)\(path): cannot be opened: \(systemMessage(code)). \(advice)") }
    var status = stat()
    let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
    let source = FileSource(
      name: isInput ? "standard input" : path, role: role, descriptor: descriptor,
      size: kind == S_IFREG ? Int(status.st_size) : nil)
    if kind == S_IFDIR { throw .failed("\(role)\(path): is a directory. \(advice)") }
    return source
  }

  deinit {
    if descriptor != STDIN_FILENO, descriptor >= 0 { close(descriptor) }
  }

  /// Appends the next piece to `buffer`, up to `count` bytes.
  ///
  /// - Returns: the number of bytes; 0 at the end.
  borrowing func read(_ count: Int, into buffer: inout EventBuffer) throws -> Int {
    let descriptor = self.descriptor
    let (role, name) = (self.role, self.name)
    return try buffer.withRoom(atLeast: count) { room in
      while true {
        let got = systemRead(descriptor, room.baseAddress, min(count, room.count))
        if got >= 0 { return got }
        guard errno == EINTR else {
          throw ToolError.failed("\(role)\(name): cannot be read: \(systemMessage(errno)). Give another file.")
        }
      }
    }
  }

  /// All of it, as text; no more than `most` bytes.
  borrowing func text(upTo most: Int) throws(ToolError) -> String {
    var buffer = EventBuffer()
    do {
      while try read(16 * 1024, into: &buffer) > 0 {
        guard buffer.count <= most else { throw ToolError.failed("\(role)\(name): is longer than \(most) bytes") }
      }
      return buffer.readString()
    } catch {
      throw error as? ToolError ?? .failed("\(error)")
    }
  }
}

// The calls of the system that are named as the methods here.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, bytes, count)
}
