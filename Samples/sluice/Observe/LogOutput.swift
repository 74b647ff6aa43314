import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard error, as all lines of a proxy see it, those of taps too: a reader that stands still does not make the loops stand
/// still.
enum LogOutput {
  /// How many lines were lost since the last one that was written.
  private static let lost = Mutex(0)
  /// How long a line waits for its reader, in milliseconds. Behind one that waited in vain, the next do not wait.
  private static let patience: Int32 = 1_000

  /// Writes a line, or loses it, where nobody takes it in time. `note` makes a line of how many were lost before.
  static func write(
    _ line: String, note: (Int) -> String = { "sluice: \($0) lines were lost: nobody took them" }
  ) {
    lost.withLock { lost in
      guard isWritable(within: lost == 0 ? patience : 0) else {
        lost += 1
        return
      }
      writeError((lost > 0 ? note(lost) + "\n" : "") + line + "\n")
      lost = 0
    }
  }

  /// Whether a line can be written without waiting any longer, if only in vain: a pipe with room has it for 4,096 bytes.
  private static func isWritable(within milliseconds: Int32) -> Bool {
    var output = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&output, 1, milliseconds) != 0
  }
}
