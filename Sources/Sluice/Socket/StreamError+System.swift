#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension StreamError {
  /// The system's `errno` behind the error; nil where the system had no part in it.
  public var code: Int32? {
    guard case .transport(let error) = reason else { return nil }
    if let error = error as? SocketError { return error.code }
    return (error as? EventBaseError)?.code
  }

  /// Whether the other end threw the stream away, or takes nothing more: `.reset` from a pair, `ECONNRESET` and `EPIPE` from a
  /// socket. An end that was orderly is no error, but `StreamEvent.endOfInput`; writing to who closed in order is one.
  public var isReset: Bool {
    if case .reset = reason { return true }
    return code == ECONNRESET || code == EPIPE
  }
}
