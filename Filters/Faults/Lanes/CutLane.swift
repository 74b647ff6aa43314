import Sluice

/// Ends the stream when so many bytes have passed.
final class CutLane: Lane {
  private var left: Int
  private let isReset: Bool
  private var hasStruck = false

  init(_ record: FaultRecord, _ direction: Directions, after count: Int, isReset: Bool) {
    (left, self.isReset) = (count, isReset)
    super.init(record, direction)
  }

  override var isDueAtOnce: Bool { left == 0 }

  override func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ call: Call
  ) throws(InjectedFault) -> FilterProgress {
    let before = source.count
    let progress = call.pass(&source, into: &target, upTo: left)
    left -= before - source.count
    guard left == 0 else { return progress }
    if !hasStruck { strike() }
    hasStruck = true
    if isReset { throw injected }
    return .ended
  }
}
