#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The descriptors of the process.
enum Descriptors {
  /// How many are open, and how many may be.
  static var usage: (used: Int, limit: Int) {
    var used = 0
    if let folder = opendir("/proc/self/fd") {
      // One is the folder's own, and two are its names for itself and what is above.
      used = -3
      while readdir(folder) != nil { used += 1 }
      closedir(folder)
    }
    return (max(used, 0), limit)
  }

  /// Whether a descriptor is open.
  static func isOpen(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFD) >= 0 }

  /// Whether it is a socket that listens, as supervisors hand it down.
  static func isListening(_ descriptor: Int32) -> Bool {
    var answer: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &answer, &length) == 0 && answer != 0
  }

  /// How many may be open.
  static var limit: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
    return Int(clamping: limit.rlim_cur)
  }

  /// Raises what may be open to what the system lets this process have.
  static func raiseLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
