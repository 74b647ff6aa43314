/// A timer on a base: runs its action when its time has come, from the loop.
///
/// While it is armed the base keeps it alive and the loop running; dropping one's own reference does not cancel it. Arming and
/// cancelling are O(log n) in the timers that are armed. It does not keep its base alive, and does nothing when that is gone.
/// An action that holds its base keeps it, and itself, alive while the timer is armed.
///
/// Timers fire in the order of their instants, and those of one instant in the order in which they were armed. libevent: a
/// timer made by `evtimer_new`, and `event_add`, `event_del`.
public final class LoopTimer {
  private let link: BaseLink
  let action: () -> Void
  /// Where it stands in the base's heap; -1 while it is not armed.
  var heapIndex = -1
  private(set) var interval: Int64 = 0

  /// A timer that is not armed. `action` runs once each time it fires.
  public init(base: EventBase, action: @escaping () -> Void) {
    link = base.link
    self.action = action
    base.counts.timersCreated += 1
  }

  deinit { base?.counts.timersDestroyed += 1 }

  /// The loop this belongs to; nil when that is gone.
  public var base: EventBase? { link.base?.takeUnretainedValue() }

  /// Whether it will fire. A timer that does not repeat is no longer armed while its action runs.
  public var isArmed: Bool { heapIndex >= 0 }

  /// Arms it for `delay` from now (0 or less: the loop's next round), in place of what it was armed for. O(log n).
  ///
  /// - Parameters:
  ///   - delay: time from the base's `now`.
  ///   - interval: with one, it fires again and again, `interval` apart, until it is cancelled. Firings that the loop was
  ///     too busy for are not made up. Less than a nanosecond counts as one.
  public func arm(after delay: Duration, repeatingEvery interval: Duration? = nil) {
    guard let base else { return }
    arm(at: base.now.advanced(by: max(delay, .zero)), repeatingEvery: interval)
  }

  /// Arms it for an instant (one that has passed: the loop's next round), in place of what it was armed for. O(log n).
  ///
  /// - Parameters:
  ///   - instant: when to fire.
  ///   - interval: as in `arm(after:repeatingEvery:)`.
  public func arm(at instant: EventBase.Instant, repeatingEvery interval: Duration? = nil) {
    self.interval = interval.map { max($0.wholeNanoseconds, 1) } ?? 0
    base?.timers.insert(self, at: instant.nanoseconds)
  }

  /// Disarms it; harmless where it is not armed. From inside its action, ends its repeating. O(log n).
  public func cancel() {
    guard isArmed, let base else { return }
    // Released behind the change of the heap: what the action holds may run code of its own as it goes.
    base.timers.remove(self)?.release()
  }

  /// Re-arms a repeating timer for its next time behind `now`; called before the action, which may cancel it.
  func rearm(due deadline: Int64, now: Int64) {
    guard interval > 0 else { return }
    let (late, isWorldsBehind) = now.subtractingReportingOverflow(deadline)
    // On the grid that it was armed with, unless that began before time did.
    let (next, overflow) = (isWorldsBehind ? now : now - late % interval).addingReportingOverflow(interval)
    base?.timers.insert(self, at: overflow ? .max : next)
  }
}

extension EventBase {
  /// Runs `action` after `delay`, once or repeatedly. Allocates the timer. libevent: `event_base_once`, `evtimer_add`.
  ///
  /// - Parameters:
  ///   - delay: time from now; 0 or less means the loop's next round.
  ///   - interval: time between firings where it repeats.
  ///   - action: what to do; it is let go of with the timer.
  /// - Returns: the timer, to cancel it or arm it anew. It may be dropped.
  @discardableResult
  public func schedule(
    after delay: Duration, repeatingEvery interval: Duration? = nil, _ action: @escaping () -> Void
  ) -> LoopTimer {
    let timer = LoopTimer(base: self, action: action)
    timer.arm(after: delay, repeatingEvery: interval)
    return timer
  }
}
