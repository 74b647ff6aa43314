import Sluice

/// A filter that breaks the bytes on their way: hands them on one by one, flips a bit, cuts the stream, or holds it.
struct Cutting: Filter {
  /// What it does with the bytes that come from the other end.
  enum Fault {
    case oneByOne
    case flip(at: Int)
    case end(at: Int)
    case hold(at: Int)
    /// Goes on only after a time.
    case pause(at: Int, Duration)
    /// One byte each time.
    case trickle(Duration)
    case record(Recording)
  }

  let fault: Fault
  private var passed = 0
  private var isDue = false

  init(_ fault: Fault) { self.fault = fault }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    if source.isEmpty { return .needsMore }
    target.append(&source)
    return .moved
  }

  mutating func wake(_ context: inout FilterContext) { isDue = true }

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
    case .trickle(let time):
      guard isDue else {
        if context.wakeDelay == nil { context.wake(after: time) }
        return .blocked
      }
      isDue = false
      target.append(source.read(upTo: 1))
      if !source.isEmpty { context.wake(after: time) }
    case .pause(let place, let time):
      guard passed < place || isDue else {
        context.wake(after: time)
        return .blocked
      }
      let bytes = source.read(upTo: isDue ? .max : place - passed)
      passed += bytes.count
      target.append(bytes)
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
