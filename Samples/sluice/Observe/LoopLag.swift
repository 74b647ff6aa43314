import Sluice

/// Measures how late a loop comes to what is due: a timer that looks at the clock each second while somebody wants to know.
final class LoopLag {
  private static let interval = Duration.seconds(1)
  private let base: EventBase
  private var timer: LoopTimer?
  private var expected: EventBase.Instant
  /// How late the timer was last time, in seconds.
  private(set) var seconds = 0.0

  init(_ base: EventBase) {
    self.base = base
    expected = base.now
  }

  /// Begins to measure.
  func start() {
    guard timer == nil else { return }
    expected = base.now.advanced(by: Self.interval)
    timer = base.schedule(after: Self.interval, repeatingEvery: Self.interval) { [unowned self] in
      seconds = max(expected.duration(to: base.now) / .seconds(1), 0)
      expected = base.now.advanced(by: Self.interval)
    }
  }

  /// Ends it: the timer would keep the loop running.
  func stop() {
    timer?.cancel()
    timer = nil
  }
}
