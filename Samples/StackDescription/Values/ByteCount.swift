/// Amounts of bytes: `512`, `64KiB`, `10MB`.
package enum ByteCount {
  static let units: [(name: String, factor: Int)] = [
    ("B", 1), ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
  ]
  private static let binary: [(name: String, factor: Int)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
  ]

  /// Reads an amount. A bare number counts bytes; a bare prefix (`10M`) is refused, since half of the world reads it as
  /// 10,000,000 and the other half as 10,485,760.
  package static func parse(_ text: String) throws(ValueProblem) -> Int {
    let form = "write bytes as 4096, 64KiB or 10MB"
    guard let quantity = Quantity(text) else { throw ValueProblem("\"\(text)\" is not an amount of bytes", hint: form) }
    let factor = try factor(of: quantity.unit, in: text, suffix: "", hint: form)
    guard let count = quantity.multiplied(by: factor) else {
      throw ValueProblem("\(text) is not a whole number of bytes, or too many", hint: form)
    }
    return count
  }

  /// The bytes in a unit; none is one byte.
  static func factor(of unit: String, in text: String, suffix: String, hint: String) throws(ValueProblem) -> Int {
    if unit.isEmpty { return 1 }
    if let known = units.first(where: { $0.name == unit }) { return known.factor }
    let prefix = unit.uppercased()
    if prefix.count == 1, let letter = prefix.first, "KMGT".contains(letter) {
      let number = text.prefix { $0.isNumber || $0 == "." }
      throw ValueProblem(
        "\(text) can be read in two ways", hint: "write \(number)\(letter)iB\(suffix) or \(number)\(letter)B\(suffix)")
    }
    throw ValueProblem("\"\(unit)\" is not a unit of bytes", hint: hint)
  }

  /// An amount for people, rounded to a tenth: `1.2MiB`.
  package static func rounded(_ count: Double) -> String {
    for (name, factor) in binary where count >= Double(factor) { return tenths(count / Double(factor)) + name }
    return "\(Int(count))B"
  }

  /// An amount exactly, in the largest binary unit that makes it a whole number: `64KiB`, `1000`.
  package static func exact(_ count: Int) -> String {
    for (name, factor) in binary where count >= factor && count % factor == 0 { return "\(count / factor)\(name)" }
    return "\(count)"
  }

  static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
