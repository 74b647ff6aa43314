@testable import Sluice

/// Records of a length in one byte and as many bytes; an empty one is the end.
struct Frames: Filter {
  var maximum = 16
  var left = 0

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let count = min(source.count, maximum, max(context.limit - 1, 1))
    if count == 0, context.mode != .finished { return .needsMore }
    target.appendInteger(UInt8(count))
    target.append(upTo: count, from: &source)
    return count == 0 ? .ended : .moved
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    if left == 0 {
      guard let length = source.readInteger(as: UInt8.self) else {
        if context.mode == .finished, source.isEmpty { throw Fault("no last record") }
        return .needsMore
      }
      if length == 0 { return .ended }
      left = Int(length)
      return .moved
    }
    let count = target.append(upTo: min(left, context.limit), from: &source)
    left -= count
    if count == 0, context.mode == .finished { throw Fault("cut in a record") }
    return count == 0 ? .needsMore : .moved
  }
}

/// Encodes as it comes, decodes only whole records of eight bytes: holds the rest back below.
struct Blocks: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    if source.count >= 8 {
      target.append(upTo: 8, from: &source)
      return .moved
    }
    guard context.mode != .normal, !source.isEmpty else { return .needsMore }
    var block = source.read()
    block += [UInt8](repeating: 0, count: 8 - block.count)
    target.append(block)
    return .moved
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard source.count >= 8 else { return .needsMore }
    target.append(source.read(upTo: 8).filter { $0 != 0 })
    return .moved
  }
}

/// Four bytes behind everything, which the other side asks for.
struct Trailer: Filter {
  static let mark = [UInt8]("END!".utf8)
  var isWritten = false
  var tail: [UInt8] = []

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    if target.append(upTo: context.limit, from: &source) > 0 { return .moved }
    guard context.mode == .finished, !isWritten else { return .needsMore }
    isWritten = true
    target.append(Self.mark)
    return .ended
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let bytes = source.read(upTo: context.limit)
    tail += bytes
    let sure = max(tail.count - 4, 0)
    target.append(tail[..<sure])
    tail.removeFirst(sure)
    if !bytes.isEmpty { return .moved }
    guard context.mode == .finished else { return .needsMore }
    guard tail == Self.mark else { throw Fault("no trailer") }
    return .ended
  }
}

/// Both sides greet before data flows.
struct Handshake: Filter {
  static let greeting = [UInt8]("HELO".utf8)
  var got: [UInt8] = []
  /// The client greets first; the server answers.
  var isServer = false
  var isDone: Bool { got.count == 4 }

  mutating func start(_ context: inout FilterContext) throws {
    if !isServer { context.reply.append(Self.greeting) }
  }
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard isDone else { return .blocked }
    return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    if isDone { return target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore }
    got += source.read(upTo: 4 - got.count)
    guard Self.greeting.starts(with: got) else { throw Fault("not a greeting") }
    guard isDone else { return .needsMore }
    if isServer { context.reply.append(Self.greeting) }
    context.announce(.connected)
    return .moved
  }
}
