import Testing

@testable import Sluice

/// Calls a closure when it goes.
final class Farewell {
  private let body: () -> Void

  init(_ body: @escaping () -> Void) { self.body = body }

  deinit { body() }
}

/// The order in which things happened.
final class Log<Entry> {
  var entries: [Entry] = []

  func callAsFunction(_ entry: Entry) { entries.append(entry) }
}

extension EventBase.Clock {
  static var all: [EventBase.Clock] { [.monotonic, .virtual] }
}

extension EventBase.Instant {
  static func at(_ nanoseconds: Int64) -> EventBase.Instant { .init(nanoseconds: nanoseconds) }
}

#if canImport(Glibc)
  import Glibc
#endif

/// Lets other threads run.
func yieldProcessor() { sched_yield() }
