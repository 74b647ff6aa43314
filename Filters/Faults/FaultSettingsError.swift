/// Why there is no such fault.
public enum FaultSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A time is negative.
  case negativeTime(of: String, Duration)
  /// A number is outside of what it may be.
  case outOfRange(of: String, Int, allowed: ClosedRange<Int>)
  /// The fault would be in no direction.
  case noDirection

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .negativeTime(let name, let time): "\(name) of \(time) is less than nothing: give 0 or more"
    case .outOfRange(let name, let value, let allowed):
      allowed.upperBound == .max
        ? "\(name) of \(value) is too little: give \(allowed.lowerBound) or more"
        : "\(name) of \(value) cannot be: give \(allowed.lowerBound) to \(allowed.upperBound)"
    case .noDirection: "a fault needs a direction: reading, writing, or both"
    }
  }
}

extension Fault {
  /// Throws what is wrong with the numbers.
  func check() throws(FaultSettingsError) {
    switch self {
    case .latency(let delay, let jitter, let holding):
      try check(delay, "a latency")
      try check(jitter, "a jitter")
      try check(holding, "the bytes held", in: 1...Int.max)
    case .slice(let size, let variation, let pause):
      try check(size, "a slice", in: 1...Int.max)
      try check(variation, "a variation", in: 0...size - 1)
      try check(pause, "a pause")
    case .corrupt(.byte(let offset, let bit)):
      try check(offset, "an offset", in: 0...Int.max)
      try check(bit ?? 0, "a bit", in: 0...7)
    case .corrupt(.one(let count)): try check(count, "one byte in", in: 1...Int.max)
    case .cut(let count, _): try check(count, "a number of bytes", in: 0...Int.max)
    case .stall(let count, let time):
      try check(count, "a number of bytes", in: 0...Int.max)
      try check(time ?? .zero, "a stall")
    }
  }

  private func check(_ time: Duration, _ name: String) throws(FaultSettingsError) {
    guard time >= .zero else { throw .negativeTime(of: name, time) }
  }

  private func check(_ value: Int, _ name: String, in allowed: ClosedRange<Int>) throws(FaultSettingsError) {
    guard allowed.contains(value) else { throw .outOfRange(of: name, value, allowed: allowed) }
  }
}
