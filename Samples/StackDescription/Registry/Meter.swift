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
  /// What can be reached of the filter, such as what its handshake came to.
  package internal(set) var handle: AnyObject?

  private let isTimed: Bool

  /// - Parameter isTimed: whether the time inside the filter is taken: two looks at the clock a call.
  package init(isTimed: Bool = true) { self.isTimed = isTimed }

  /// Counts one call of a filter.
  fileprivate func count(
    _ direction: ReferenceWritableKeyPath<Meter, Flow>, _ source: inout EventBuffer, _ target: inout EventBuffer,
    _ context: inout FilterContext,
    _ call: (inout EventBuffer, inout EventBuffer, inout FilterContext) throws -> FilterProgress
  ) rethrows -> FilterProgress {
    let (had, held, replied) = (source.count, target.count, context.reply.count)
    let start = isTimed ? ContinuousClock.now : nil
    defer {
      if let start { self[keyPath: direction].time += start.duration(to: .now) }
      self[keyPath: direction].calls += 1
      self[keyPath: direction].bytesIn += had - source.count
      self[keyPath: direction].bytesOut += target.count - held
      // Whatever the call, a reply goes to the wire.
      encoding.bytesOut += context.reply.count - replied
    }
    return try call(&source, &target, &context)
  }
}

/// A filter that counts what goes through another one, and the time that takes. Bytes are neither looked at nor copied.
package struct Metered<F: Filter & ~Copyable>: Filter, ~Copyable {
  private var inner: F
  private let meter: Meter

  package init(_ inner: consuming F, _ meter: Meter) {
    self.inner = inner
    self.meter = meter
    meter.handle = self.inner.handle
  }

  package var name: String { inner.name }
  package var usesTime: Bool { inner.usesTime }
  package var gathersWrites: Bool { inner.gathersWrites }
  package var onlyReadsSource: Bool { inner.onlyReadsSource }
  package var onlyAppendsToTarget: Bool { inner.onlyAppendsToTarget }
  package var hasHandshake: Bool { inner.hasHandshake }
  package var handle: AnyObject? { inner.handle }

  package mutating func start(_ context: inout FilterContext) throws {
    let replied = context.reply.count
    defer { meter.encoding.bytesOut += context.reply.count - replied }
    try inner.start(&context)
  }

  package mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try meter.count(\.encoding, &source, &target, &context) { try inner.encode(&$0, into: &$1, &$2) }
  }

  package mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try meter.count(\.decoding, &source, &target, &context) { try inner.decode(&$0, into: &$1, &$2) }
  }

  package mutating func wake(_ context: inout FilterContext) throws {
    let replied = context.reply.count
    defer { meter.encoding.bytesOut += context.reply.count - replied }
    try inner.wake(&context)
  }
}
