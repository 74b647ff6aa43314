import Sluice

/// Holds bytes inside itself until their time has come.
final class LatencyLane: Lane {
  private let delay: Duration
  private let jitter: Duration
  private let holding: Int
  private var random: SplitMix64
  /// What is on its way.
  private var held = EventBuffer()
  private var pieces = PieceQueue()
  private var lastDue = EventBase.Instant(nanoseconds: .min)
  /// When the end comes, once it was seen.
  private var endDue: EventBase.Instant?

  init(
    _ record: FaultRecord, _ direction: Directions, _ delay: Duration, jitter: Duration, holding: Int,
    _ random: SplitMix64
  ) {
    (self.delay, self.jitter, self.holding, self.random) = (delay, jitter, holding, random)
    super.init(record, direction)
  }

  override func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ call: Call
  ) -> FilterProgress {
    var room = call.limit
    var hasMoved = false
    // What leaves makes room for more, which may be due at once.
    while take(from: &source, call) || give(to: &target, &room, call.now) { hasMoved = true }
    if call.isEnding, source.isEmpty, endDue == nil { endDue = nextDue(call.now) }
    wakeTime = pieces.first?.due ?? endDue
    if let time = wakeTime, time <= call.now {
      wakeTime = nil
      // What is due and found no room is asked for again when there is some.
      if pieces.isEmpty { return .ended }
      return hasMoved ? .moved : .blocked
    }
    if wakeTime != nil { return .blocked }
    return hasMoved ? .moved : .needsMore
  }

  private func take(from source: inout EventBuffer, _ call: Call) -> Bool {
    let count = held.append(upTo: holding - held.count, from: &source)
    guard count > 0 else { return false }
    // What comes at one time stays together.
    if !pieces.extend(takenAt: call.now, by: count) {
      pieces.append(.init(count: count, taken: call.now, due: nextDue(call.now)))
    }
    return true
  }

  private func give(to target: inout EventBuffer, _ room: inout Int, _ now: EventBase.Instant) -> Bool {
    guard let first = pieces.first, first.due <= now, room > 0 else { return false }
    let count = target.append(upTo: min(first.count, room), from: &held)
    pieces.take(count)
    room -= count
    return true
  }

  /// When what comes now is due: never before what came earlier.
  private func nextDue(_ now: EventBase.Instant) -> EventBase.Instant {
    lastDue = max(lastDue, now.advanced(by: delay + extra()))
    return lastDue
  }

  private func extra() -> Duration {
    guard jitter > .zero else { return .zero }
    return .nanoseconds(Int64.random(in: 0...Int64(clamping: jitter.attoseconds / 1_000_000_000), using: &random))
  }
}

/// Pieces of bytes on their way, in order.
struct PieceQueue {
  struct Piece {
    var count: Int
    let taken: EventBase.Instant
    let due: EventBase.Instant
  }

  private var pieces: [Piece] = []
  private var start = 0

  var isEmpty: Bool { start == pieces.count }
  var first: Piece? { isEmpty ? nil : pieces[start] }

  mutating func append(_ piece: Piece) { pieces.append(piece) }

  /// Adds to the last piece, where that came at the same time. False where there is none.
  mutating func extend(takenAt time: EventBase.Instant, by count: Int) -> Bool {
    guard !isEmpty, pieces[pieces.count - 1].taken == time else { return false }
    pieces[pieces.count - 1].count += count
    return true
  }

  /// Takes bytes off the first piece, which has as many.
  mutating func take(_ count: Int) {
    pieces[start].count -= count
    guard pieces[start].count == 0 else { return }
    start += 1
    if start * 2 > pieces.count {
      pieces.removeFirst(start)
      start = 0
    }
  }
}
