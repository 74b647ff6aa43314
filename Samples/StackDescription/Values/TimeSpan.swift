/// Lengths of time: `250ms`, `30s`, `5m`.
package enum TimeSpan {
  private static let units: [(name: String, nanoseconds: Int)] = [
    ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  /// Reads a length of time. A bare number is refused: programs differ in what they take it for.
  package static func parse(_ text: String) throws(ValueProblem) -> Duration {
    let form = "write a time as 250ms, 30s or 5m"
    guard let quantity = Quantity(text) else { throw ValueProblem("\"\(text)\" is not a length of time", hint: form) }
    if quantity.unit.isEmpty {
      throw ValueProblem("\(text) can be read in two ways", hint: "write \(text)ms or \(text)s")
    }
    guard let unit = units.first(where: { $0.name == quantity.unit }) else {
      throw ValueProblem("\"\(quantity.unit)\" is not a unit of time", hint: form)
    }
    guard let nanoseconds = quantity.multiplied(by: unit.nanoseconds) else {
      throw ValueProblem("\(text) is too long, or not a whole number of nanoseconds", hint: form)
    }
    return .nanoseconds(nanoseconds)
  }

  /// A time exactly, in the largest unit that makes it a whole number: `250ms`, `90s`.
  package static func exact(_ duration: Duration) -> String {
    let nanoseconds = duration.nanoseconds
    let unit = units.last { nanoseconds != 0 && nanoseconds % $0.nanoseconds == 0 }
    return unit.map { "\(nanoseconds / $0.nanoseconds)\($0.name)" } ?? "0s"
  }

  /// A time for people: `7ns`, `850us`, `12.3ms`, `1.5s`.
  package static func rounded(_ duration: Duration) -> String {
    let nanoseconds = Double(duration.nanoseconds)
    switch nanoseconds {
    case 1e9...: return ByteCount.tenths(nanoseconds / 1e9) + "s"
    case 1e6...: return ByteCount.tenths(nanoseconds / 1e6) + "ms"
    case 1e3...: return "\(Int(nanoseconds / 1e3))us"
    default: return "\(Int(nanoseconds))ns"
    }
  }
}

extension Duration {
  /// The time in nanoseconds, cut to what 64 bits hold.
  package var nanoseconds: Int {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = Int(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? (seconds < 0 ? .min : .max) : scaled &+ Int(attoseconds / 1_000_000_000)
  }

  /// The time in seconds.
  package var seconds: Double { Double(nanoseconds) / 1e9 }
}
