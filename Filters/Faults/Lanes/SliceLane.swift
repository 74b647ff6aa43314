import Sluice

/// Lets a piece pass in a turn, and then rests.
final class SliceLane: Lane {
  private let sizes: ClosedRange<Int>
  private let pause: Duration
  private var random: SplitMix64
  private var isResting = false

  init(
    _ record: FaultRecord, _ direction: Directions, _ size: Int, variation: Int, pause: Duration, _ random: SplitMix64
  ) {
    let (most, overflow) = size.addingReportingOverflow(variation)
    sizes = size - variation...(overflow ? .max : most)
    (self.pause, self.random) = (pause, random)
    super.init(record, direction)
  }

  override func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ call: Call
  ) -> FilterProgress {
    if isResting, !source.isEmpty { return .blocked }
    let progress = call.pass(&source, into: &target, upTo: source.isEmpty ? 0 : .random(in: sizes, using: &random))
    guard progress == .moved else { return progress }
    isResting = true
    // A timer, even of no time at all, lets everything go its way first that this piece sets in motion.
    wakeTime = call.now.advanced(by: pause)
    return source.isEmpty ? .moved : .blocked
  }

  override func woken(at now: EventBase.Instant) {
    super.woken(at: now)
    if wakeTime == nil { isResting = false }
  }
}
