import Sluice

/// Lets nothing pass for a time, or for ever, when so many bytes have.
final class StallLane: Lane {
  private var left: Int
  private let time: Duration?
  /// When it is over; nil before it began, and where it never is.
  private var end: EventBase.Instant?
  private var isOver = false

  init(_ record: FaultRecord, _ direction: Directions, after count: Int, for time: Duration?) {
    (left, self.time) = (count, time)
    super.init(record, direction)
  }

  override func begin(at now: EventBase.Instant) { if left == 0 { strike(at: now) } }

  private func strike(at now: EventBase.Instant) {
    end = time.map { now.advanced(by: $0) }
    strike()
  }

  override func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ call: Call
  ) -> FilterProgress {
    if isOver { return call.pass(&source, into: &target) }
    if left > 0 {
      let before = source.count
      let progress = call.pass(&source, into: &target, upTo: left)
      left -= before - source.count
      if left > 0 { return progress }
      strike(at: call.now)
      if source.isEmpty { return progress }
    }
    if let end, end <= call.now {
      isOver = true
      return call.pass(&source, into: &target)
    }
    guard !source.isEmpty || call.isEnding else { return .needsMore }
    // Only what waits for its end keeps the loop running until then.
    wakeTime = end
    return .blocked
  }
}
