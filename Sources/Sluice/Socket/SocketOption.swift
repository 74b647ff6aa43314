#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An option of the socket's own level; nil where the descriptor has none.
func socketOption(_ descriptor: Int32, _ name: Int32) -> Int32? {
  var value: Int32 = 0
  var length = socklen_t(MemoryLayout<Int32>.size)
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
}

/// What `SO_TYPE` says of a socket that carries a stream.
#if canImport(Glibc)
  let streamSocket = Int32(SOCK_STREAM.rawValue)
#else
  let streamSocket = Int32(SOCK_STREAM)
#endif
