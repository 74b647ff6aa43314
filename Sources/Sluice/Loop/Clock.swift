#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBase {
  /// Which time a base lives in.
  public enum Clock: Sendable {
    /// The system's monotonic clock; steps of the wall clock do not touch it.
    case monotonic
    /// Time that stands still while anything is due, and jumps to the next timer when nothing is. Nothing ever sleeps, so a
    /// stack with timeouts of hours runs in microseconds and gives the same schedule each time.
    case virtual
  }

  /// A point in a base's time. Only instants of one base can be compared.
  public struct Instant: InstantProtocol, Hashable, Sendable {
    /// Nanoseconds since the clock's origin: the system's for a monotonic clock, the making of the base for a virtual one.
    public let nanoseconds: Int64

    /// The instant `nanoseconds` after the clock's origin.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The instant `duration` later; sums that no clock reaches end at the last instant there is.
    public func advanced(by duration: Duration) -> Instant {
      let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
      return Instant(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// How much later `other` is.
    public func duration(to other: Instant) -> Duration {
      .nanoseconds(other.nanoseconds) - .nanoseconds(nanoseconds)
    }

    /// Whether `left` comes before `right`.
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
  }
}

extension Duration {
  /// The duration in nanoseconds, cut to what 64 bits hold (292 years).
  var wholeNanoseconds: Int64 {
    // Not by `components`, which traps where the seconds alone do not fit.
    Int64(clamping: attoseconds / 1_000_000_000)
  }
}

enum MonotonicClock {
  /// Nanoseconds of the system's monotonic clock, read through the vDSO: no system call.
  static func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
