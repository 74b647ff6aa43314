#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that taps write to: any number of them, on one base.
///
/// What is written gathers, and leaves at the end of the loop's round, or when 64 KiB are together; the system call blocks the
/// loop for as long as the file does. A file that failed once takes nothing more, so that what is in it stays whole up to where
/// it broke. It is closed when the last tap and the last owner let go of it.
public final class TapFile {
  /// Where it is.
  public let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var failure: TapFileError?
  private static let largestBuffer = 65_536

  /// Makes the file, or empties it. Only its owner may read it, since what passes may be secret.
  ///
  /// - Throws: `TapFileError`, where it cannot be opened.
  public init(path: String) throws(TapFileError) {
    let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw TapFileError(path: path, code: errno, isOpen: false) }
    self.path = path
    descriptor = opened
  }

  deinit {
    try? flush()
    close(descriptor)
  }

  /// Whether something gathers.
  public var isBuffering: Bool { !buffer.isEmpty }

  /// Adds the UTF-8 of a text.
  ///
  /// - Throws: `TapFileError`, where the file does not take it.
  public func append(_ text: String) throws(TapFileError) { try append(Array(text.utf8)) }

  /// Adds bytes.
  ///
  /// - Throws: `TapFileError`, where the file does not take them.
  public func append(_ bytes: [UInt8]) throws(TapFileError) {
    if let failure { throw failure }
    buffer += bytes
    if buffer.count >= Self.largestBuffer { try flush() }
  }

  /// Writes what gathered.
  ///
  /// - Throws: `TapFileError`, where the file does not take it; then it is thrown away.
  public func flush() throws(TapFileError) {
    var done = 0
    defer { buffer.removeAll(keepingCapacity: true) }
    while done < buffer.count {
      let written = buffer.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
      if written >= 0 {
        done += written
      } else if errno != EINTR {
        let error = TapFileError(path: path, code: errno, isOpen: true)
        failure = error
        throw error
      }
    }
  }
}

@available(*, unavailable, message: "a file stays with the base whose taps write to it")
extension TapFile: Sendable {}

/// Why a tap's file takes nothing.
public struct TapFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where the file is, or was to be.
  public let path: String
  /// The system's `errno`.
  public let code: Int32
  let isOpen: Bool

  /// The error in words.
  public var description: String {
    "\(path): \(isOpen ? "cannot be written" : "cannot be opened"): \(String(cString: strerror(code)))"
  }
}
