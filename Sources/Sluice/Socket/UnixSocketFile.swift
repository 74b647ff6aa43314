import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The file that a Unix socket is bound to: which one it is, so that another's of the same name is left alone.
struct UnixSocketFile: Equatable {
  let path: String
  private let device: UInt64
  private let number: UInt64
  // File systems give the numbers of files that are gone to new ones; those are younger.
  private let seconds: Int
  private let nanoseconds: Int

  /// The socket at `path`; nil where there is nothing, or something else.
  init?(at path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & mode_t(S_IFMT) == mode_t(S_IFSOCK) else { return nil }
    self.path = path
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
    #if canImport(Darwin)
      (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
    #else
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    #endif
  }

  /// Removes the file, where it is still this one. 0, or the system's `errno`.
  @discardableResult
  func remove() -> Int32 {
    UnixSocketFile(at: path) == self && unlink(path) != 0 ? errno : 0
  }

  /// Removes what a listener that is gone left behind at `path`, so that it can be bound.
  ///
  /// Only a socket is removed, and only where a connection to it is refused.
  static func makeWay(at path: String, for address: SocketAddress) throws(SocketError) {
    func inTheWay(_ advice: String) -> SocketError {
      SocketError(.bind, code: EADDRINUSE, peer: "\(address)", advice: advice)
    }
    guard let old = UnixSocketFile(at: path) else {
      throw inTheWay("something that is no socket has that name; move it away, or choose another path")
    }
    let probe = sluice_socket(AF_UNIX)
    if probe < 0 { throw SocketError(.create, code: -probe, peer: "\(address)") }
    defer { closeDescriptor(probe) }
    let result = address.withSystemAddress { connect(probe, $0, $1) }
    guard result != 0, errno == ECONNREFUSED else {
      throw inTheWay("a socket that is in use has that name; stop what listens there, or choose another path")
    }
    let code = old.remove()
    if code != 0 {
      throw inTheWay(
        "a socket where nobody listens has that name, and cannot be removed: \(String(cString: strerror(code)))")
    }
  }
}
