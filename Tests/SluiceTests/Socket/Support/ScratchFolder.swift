@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A directory of a test's own, which goes with it.
final class ScratchFolder {
  let path: String

  init() {
    var template = Array("/tmp/sluice-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
  }

  /// The names that were asked for; what a test makes under others stays.
  private var names: Set<String> = []

  deinit {
    for name in names { unlink(name) }
    rmdir(path)
  }

  /// The path of a file in it.
  func file(_ name: String) -> String {
    names.insert("\(path)/\(name)")
    return "\(path)/\(name)"
  }
  func socket(_ name: String) throws -> SocketAddress { try .unix(path: file(name)) }
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// An address of the kernel's own name space for Unix sockets, which no other test uses.
func freshAbstractAddress() -> SocketAddress {
  SocketAddress(.abstract("sluice-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"))
}
