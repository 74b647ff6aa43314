import Sluice

/// A filter that breaks the bytes on their way: hands them on one by one, flips a bit, cuts the stream, or holds it.
struct Cutting: Filter {
  /// What it does with the bytes that come from the other end.
  enum Fault {
    case oneByOne
    case flip(at: Int)
    case end(at: Int)
    case hold(at: Int)
    case record(Recording)
  }

  let fault: Fault
  private var passed = 0

  init(_ fault: Fault) { self.fault = fault }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    if source.isEmpty { return .needsMore }
    target.append(&source)
    return .moved
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    if source.isEmpty { return .needsMore }
    switch fault {
    case .oneByOne:
      // One byte a turn of the loop: the rest waits for the next wake.
      target.append(source.read(upTo: 1))
      if !source.isEmpty { context.wakeSoon() }
      return .blocked
    case .flip(let place):
      var bytes = source.read()
      if (passed..<passed + bytes.count).contains(place) { bytes[place - passed] ^= 1 }
      passed += bytes.count
      target.append(bytes)
    case .end(let place), .hold(let place):
      let bytes = source.read(upTo: place - passed)
      source.drain()
      passed += bytes.count
      target.append(bytes)
      if passed == place { if case .end = fault { return .ended } }
    case .record(let recording):
      let bytes = source.read()
      recording.bytes += bytes
      target.append(bytes)
    }
    return .moved
  }
}

final class Recording {
  var bytes: [UInt8] = []
}

extension EventBase {
  /// A pair with a fault on the way to each end; nil leaves that way as it is.
  func pair(toClient: Cutting.Fault?, toServer: Cutting.Fault?) throws -> (BufferEvent, BufferEvent) {
    var (left, right) = pair()
    if let toClient { left = try left.filtered(by: Cutting(toClient)) }
    if let toServer { right = try right.filtered(by: Cutting(toServer)) }
    return (left, right)
  }
}
