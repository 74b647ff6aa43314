package import Sluice

/// What went through one filter.
package final class Meter {
  /// One direction of it.
  package struct Flow: Equatable {
    package var bytesIn = 0
    package var bytesOut = 0
    /// Time spent inside the filter.
    package var time = Duration.zero
    package var calls = 0
  }

  /// From the application to the wire. What the filter replied on its own counts as bytes out.
  package internal(set) var encoding = Flow()
  /// From the wire to the application.
  package internal(set) var decoding = Flow()

  package init() {}
}

/// A filter that counts what goes through another one, and the time that takes. Two looks at the clock a call; bytes are
/// neither looked at nor copied.
package struct Metered<F: Filter & ~Copyable>: Filter, ~Copyable {
  private var inner: F
  private let meter: Meter

  package init(_ inner: consuming F, _ meter: Meter) {
    self.inner = inner
    self.meter = meter
  }

  package var name: String { inner.name }
  package var usesTime: Bool { inner.usesTime }

  package mutating func start(_ context: inout FilterContext) throws {
    let replied = context.reply.count
    defer { meter.encoding.bytesOut += context.reply.count - replied }
    try inner.start(&context)
  }

  package mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let (had, held, replied) = (source.count, target.count, context.reply.count)
    let clock = ContinuousClock()
    let start = clock.now
    defer {
      meter.encoding.time += start.duration(to: clock.now)
      meter.encoding.calls += 1
      meter.encoding.bytesIn += had - source.count
      meter.encoding.bytesOut += target.count - held + context.reply.count - replied
    }
    return try inner.encode(&source, into: &target, &context)
  }

  package mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let (had, held, replied) = (source.count, target.count, context.reply.count)
    let clock = ContinuousClock()
    let start = clock.now
    defer {
      meter.decoding.time += start.duration(to: clock.now)
      meter.decoding.calls += 1
      meter.decoding.bytesIn += had - source.count
      meter.decoding.bytesOut += target.count - held
      meter.encoding.bytesOut += context.reply.count - replied
    }
    return try inner.decode(&source, into: &target, &context)
  }

  package mutating func wake(_ context: inout FilterContext) throws {
    let replied = context.reply.count
    defer { meter.encoding.bytesOut += context.reply.count - replied }
    try inner.wake(&context)
  }
}
