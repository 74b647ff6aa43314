package import Sluice

/// The filter that holds bytes back until a limiter lets them pass. It changes none of them.
package struct RateFilter: Filter, ~Copyable {
  private let limiter: RateLimiter
  private let reading: Lane
  private let writing: Lane

  /// The filter of a limiter, to be put on `event`. Applications use `BufferEvent.limited(by:)`.
  package init(_ limiter: RateLimiter, on event: BufferEvent) throws(RateLimitError) {
    try limiter.attach(to: event.base)
    self.limiter = limiter
    reading = limiter.reading
    writing = limiter.writing
  }

  deinit { limiter.detached() }

  package var name: String { "rate" }
  package var usesTime: Bool { true }

  package mutating func start(_ context: inout FilterContext) { limiter.started(context.waker()) }

  package mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    guard let progress = pass(&source, into: &target, context, through: writing) else {
      context.writeHold = writing.hold
      return blocked(&context)
    }
    if !context.writeHold.isEmpty { context.writeHold = [] }
    return progress
  }

  package mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    guard let progress = pass(&source, into: &target, context, through: reading) else {
      context.readHold = reading.hold
      return blocked(&context)
    }
    if !context.readHold.isEmpty { context.readHold = [] }
    return progress
  }

  /// Moves what a lane lets pass; nil where that is not all that could be moved.
  @inline(__always) private func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: borrowing FilterContext, through lane: Lane
  ) -> FilterProgress? {
    let waiting = min(source.count, context.limit)
    let passing = lane.take(waiting, now: context.now.nanoseconds, forced: context.mode == .flush)
    if passing > 0 { target.append(upTo: passing, from: &source) }
    guard passing == waiting else { return nil }
    return passing > 0 ? .moved : .needsMore
  }

  package mutating func wake(_ context: inout FilterContext) {
    limiter.turn(now: context.now.nanoseconds)
    // The layer below may be full for another reason: that is no limit's doing, and timeouts count again. Reading is held
    // until it is looked at anew, so that the layer below is not let run ahead at each turn.
    if writing.mayPass { context.writeHold = [] }
    askForWake(&context)
  }

  private func blocked(_ context: inout FilterContext) -> FilterProgress {
    askForWake(&context)
    return .blocked
  }

  private func askForWake(_ context: inout FilterContext) {
    if let time = limiter.nextWake { context.wake(at: .init(nanoseconds: time)) }
  }
}
