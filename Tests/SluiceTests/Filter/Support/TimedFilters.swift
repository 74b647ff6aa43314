@testable import Sluice

/// Holds what it encodes for a time, inside itself.
struct Delay: Filter {
  let delay: Duration
  var held: [(due: EventBase.Instant, bytes: [UInt8])] = []
  var holding = 0
  var usesTime: Bool { true }

  init(_ delay: Duration) { self.delay = delay }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    var hasMoved = false
    let taken = source.read(upTo: max(context.limit - holding, 0))
    if !taken.isEmpty {
      held.append((context.now.advanced(by: delay), taken))
      holding += taken.count
      hasMoved = true
    }
    var room = context.limit
    while let first = held.first, first.due <= context.now, room > 0 {
      let piece = first.bytes.prefix(room)
      target.append(piece)
      room -= piece.count
      holding -= piece.count
      hasMoved = true
      if piece.count == first.bytes.count { held.removeFirst() } else { held[0].bytes.removeFirst(piece.count) }
    }
    if let first = held.first { context.wake(at: first.due) }
    if hasMoved { return .moved }
    return held.isEmpty ? .needsMore : .blocked
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
}

/// After each call that moved something, stops reading for a second.
struct Limiter: Filter {
  var pass = Pass()
  var usesTime: Bool { true }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress { try pass.encode(&source, into: &target, &context) }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let progress = try pass.decode(&source, into: &target, &context)
    if progress == .moved {
      context.pausesInput = true
      context.wake(at: context.now.advanced(by: .seconds(1)))
    }
    return progress
  }
  mutating func wake(_ context: inout FilterContext) throws { context.pausesInput = false }
}

/// What a test does from inside a filter.
final class Hooks {
  var start: ((inout FilterContext) throws -> Void)?
  var encode: ((inout FilterContext) throws -> Void)?
  var decode: ((inout FilterContext) throws -> Void)?
  var wake: ((inout FilterContext) throws -> Void)?
  var wakes = 0
  var modes: [FlushMode] = []
  var encodes = 0
  var decodes = 0
}

/// Passes bytes on, and calls a test's closures.
struct Hooked: Filter {
  let hooks: Hooks
  var pass = Pass()
  var usesTime: Bool { true }

  init(_ hooks: Hooks) { self.hooks = hooks }

  mutating func start(_ context: inout FilterContext) throws { try hooks.start?(&context) }
  mutating func wake(_ context: inout FilterContext) throws {
    hooks.wakes += 1
    try hooks.wake?(&context)
  }
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    hooks.encodes += 1
    hooks.modes.append(context.mode)
    try hooks.encode?(&context)
    return try pass.encode(&source, into: &target, &context)
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    hooks.decodes += 1
    try hooks.decode?(&context)
    return try pass.decode(&source, into: &target, &context)
  }
}
