import Sluice

/// A filter of a certain type.
final class FilterHost<F: Filter & ~Copyable>: Host {
  private var filter: F
  private var context = FilterContext()

  init(_ filter: consuming F, _ settings: Settings) {
    self.filter = filter
    super.init(settings)
  }

  override func callStart() throws { try serving { try filter.start(&context) } }
  override func callWake(now: EventBase.Instant) throws {
    context.now = now
    try serving { try filter.wake(&context) }
  }

  override func callEncode(_ mode: FlushMode, now: EventBase.Instant) throws -> FilterProgress {
    (context.limit, context.mode, context.now) = (settings.limit, mode, now)
    return try serving { try filter.encode(&output, into: &wireOut, &context) }
  }

  override func callDecode(
    into input: inout EventBuffer, _ mode: FlushMode, now: EventBase.Instant
  ) throws -> FilterProgress {
    (context.limit, context.mode, context.now) = (settings.limit, mode, now)
    return try serving { try filter.decode(&wireIn, into: &input, &context) }
  }

  /// Sends what a call replied, and notes what it asked for.
  private func serving<Result>(_ body: () throws -> Result) throws -> Result {
    defer {
      wireOut.append(&context.reply)
      let time = context.wakeTime ?? context.wakeDelay.map { context.now.advanced(by: $0) }
      asked(soon: context.wantsWake, time: time, cancels: context.cancelsWake)
      // A context keeps what it was asked until a buffer event takes it: what stays over calls goes into a fresh one.
      var fresh = FilterContext(now: context.now)
      (fresh.readHold, fresh.writeHold) = (context.readHold, context.writeHold)
      (fresh.needsInput, fresh.resetsWire) = (context.needsInput, context.resetsWire)
      context = fresh
    }
    return try body()
  }
}
