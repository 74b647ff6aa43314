#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a file, or a range of it, cannot be sent.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Problem: Equatable, Sendable {
    /// It cannot be opened, or is no regular file.
    case open
    /// It cannot be read at this place.
    case read(offset: Int)
    /// The range goes beyond its end, which is at `size`.
    case range(Range<Int>, size: Int)
    /// It became shorter while it was sent: it ends at `offset`, and bytes up to `end` were to follow.
    case shrunk(offset: Int, end: Int)
  }

  /// What went wrong.
  public let problem: Problem
  /// The file's path, or the number of its descriptor.
  public let file: String
  /// The system's `errno`; 0 where it reported none.
  public let code: Int32

  /// An error of a file.
  public init(_ problem: Problem, file: String, code: Int32 = 0) {
    self.problem = problem
    self.file = file
    self.code = code
  }

  /// The file, what is wrong with it, and what to do.
  public var description: String {
    switch problem {
    case .open:
      switch code {
      case EISDIR: "\(file): it is a directory; name a file in it"
      case ESPIPE: "\(file): it is no regular file, and has neither size nor places; read it and write its bytes"
      case EMFILE, ENFILE: "\(file): \(reason); raise the limit of open descriptors (ulimit -n)"
      default: "\(file): it cannot be opened: \(reason)"
      }
    case .read(let offset): "\(file): it cannot be read at byte \(offset): \(reason)"
    case .range(let range, let size):
      "\(file): it has \(size) bytes, and \(range.lowerBound)..<\(range.upperBound) goes beyond its end; send a range inside"
    case .shrunk(let offset, let end):
      "\(file): it became shorter while it was sent: it ends at byte \(offset), and those up to \(end) were to follow"
    }
  }

  private var reason: String { String(cString: strerror(code)) }
}
