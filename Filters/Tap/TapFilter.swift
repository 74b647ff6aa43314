public import Sluice

/// A filter that passes everything on as it is, and shows it to a sink on its way.
///
/// No byte is copied but what the sink records. It stands anywhere in a stack: above TLS it sees plain text, below it records.
/// What was read and thrown away by the layers above it is seen, what never came up to it is not.
public struct TapFilter: Filter, ~Copyable {
  private let sink: any TapSink
  private let status = TapStatus()
  private var lastTime = EventBase.Instant(nanoseconds: 0)

  /// A tap that records to `sink`. One sink serves one tap.
  public init(_ sink: any TapSink) { self.sink = sink }

  deinit { status.count { try sink.closed(at: lastTime) } }

  /// "tap".
  public var name: String { "tap" }
  /// True.
  public var usesTime: Bool { true }
  /// The `TapStatus`.
  public var handle: AnyObject? { status }

  /// Tells the sink that it begins.
  public mutating func start(_ context: inout FilterContext) {
    record(&context) { try $0.began(at: $1) }
  }

  /// Passes bytes to the wire, and records them.
  public mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { pass(&source, into: &target, &context, .write) }

  /// Passes bytes from the wire, and records them.
  public mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { pass(&source, into: &target, &context, .read) }

  /// Has the sink write what it holds back.
  public mutating func wake(_ context: inout FilterContext) {
    guard sink.isBuffering else { return }
    status.count { try sink.flush() }
    tell(&context)
  }

  private mutating func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext, _ direction: Directions
  ) -> FilterProgress {
    let count = min(source.count, context.limit)
    if count > 0 {
      record(&context) { [status] in
        try $0.passed(source, count, at: TapPoint(direction, offset: status.passed(direction), time: $1))
      }
      status.pass(count, direction)
      target.append(upTo: count, from: &source)
      return .moved
    }
    guard context.mode == .finished, source.isEmpty else { return .needsMore }
    if status.end(direction) {
      record(&context) { [status] in
        try $0.ended(at: TapPoint(direction, offset: status.passed(direction), time: $1))
      }
    }
    return .ended
  }

  private mutating func record(
    _ context: inout FilterContext, _ body: (any TapSink, EventBase.Instant) throws -> Void
  ) {
    lastTime = context.now
    status.count { try body(sink, lastTime) }
    if sink.isBuffering { context.wakeSoon() }
    tell(&context)
  }

  /// Tells of a failure, once.
  private func tell(_ context: inout FilterContext) {
    if let failure = status.takeNews() { context.announce(.notice(failure)) }
  }
}
