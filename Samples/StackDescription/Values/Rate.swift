/// Bytes a second: `10MiB/s`, `80Mbit/s`.
package enum Rate {
  private static let bits: [(name: String, factor: Int)] = [
    ("bit", 1), ("kbit", 1_000), ("Mbit", 1_000_000), ("Gbit", 1_000_000_000),
  ]

  /// Reads a rate, in bytes a second.
  package static func parse(_ text: String) throws(ValueProblem) -> Int {
    let form = "write a rate as 64KiB/s, 10MB/s or 80Mbit/s"
    guard text.hasSuffix("/s") else {
      if let quantity = Quantity(text) {
        _ = try ByteCount.factor(of: quantity.unit, in: text, suffix: "/s", hint: form)
      }
      throw ValueProblem("\"\(text)\" is not a rate", hint: form)
    }
    let amount = String(text.dropLast(2))
    guard let quantity = Quantity(amount) else { throw ValueProblem("\"\(text)\" is not a rate", hint: form) }
    let problem = ValueProblem("\(text) is not a whole number of bytes a second, or too many", hint: form)
    if let bit = bits.first(where: { $0.name == quantity.unit }) {
      guard let count = quantity.multiplied(by: bit.factor), count % 8 == 0 else { throw problem }
      return count / 8
    }
    let factor = try ByteCount.factor(of: quantity.unit, in: amount, suffix: "/s", hint: form)
    guard let count = quantity.multiplied(by: factor) else { throw problem }
    return count
  }

  /// A rate for people, rounded to a tenth: `10.2MiB/s`.
  package static func rounded(_ bytesPerSecond: Double) -> String { ByteCount.rounded(bytesPerSecond) + "/s" }

  /// A rate exactly: `64KiB/s`.
  package static func exact(_ bytesPerSecond: Int) -> String {
    let count = ByteCount.exact(bytesPerSecond)
    return (count.last?.isNumber == true ? count + "B" : count) + "/s"
  }
}
