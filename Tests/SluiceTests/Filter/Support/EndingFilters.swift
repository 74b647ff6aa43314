@testable import Sluice

/// Ends a direction by itself when so many bytes have passed: in order, or with an error that resets the wire.
struct Quota: Filter {
  var left: Int
  var direction = Directions.write
  var isReset = false

  init(_ count: Int, _ direction: Directions = .write, isReset: Bool = false) {
    (left, self.direction, self.isReset) = (count, direction, isReset)
  }

  private mutating func pass(
    _ source: inout EventBuffer, _ target: inout EventBuffer, _ context: inout FilterContext, counting: Bool
  ) throws -> FilterProgress {
    let count = target.append(upTo: counting ? min(left, context.limit) : context.limit, from: &source)
    guard counting else { return count > 0 ? .moved : .needsMore }
    left -= count
    if left > 0 { return count > 0 ? .moved : .needsMore }
    context.resetsWire = isReset
    if isReset { throw Fault("over quota") }
    return .ended
  }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress { try pass(&source, &target, &context, counting: direction == .write) }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress { try pass(&source, &target, &context, counting: direction == .read) }
}

/// Holds what it decodes for a time, inside itself.
struct LateReader: Filter {
  let delay: Duration
  var held: [UInt8] = []
  var due: EventBase.Instant?
  var pass = Pass()
  var usesTime: Bool { true }

  init(_ delay: Duration) { self.delay = delay }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress { try pass.encode(&source, into: &target, &context) }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    if !source.isEmpty {
      held += source.read()
      due = due ?? context.now.advanced(by: delay)
    }
    guard let time = due else { return .needsMore }
    guard time <= context.now else {
      context.wake(at: time)
      return .blocked
    }
    target.append(held)
    (held, due) = ([], nil)
    return .moved
  }
}
