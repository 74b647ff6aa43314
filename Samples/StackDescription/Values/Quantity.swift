/// A decimal number with the unit behind it, held exactly: `1.5MiB` is 15 tenths of `MiB`.
struct Quantity {
  private let digits: UInt
  private let scale: UInt
  let unit: String

  /// Splits `text`; nil where it does not begin with a number that 18 digits can hold.
  init?(_ text: String) {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? parts[1] : ""
    guard let whole = parts.first, !whole.isEmpty, parts.count == 1 || !fraction.isEmpty else { return nil }
    guard whole.count + fraction.count <= 18, let digits = UInt(whole + fraction) else { return nil }
    self.digits = digits
    scale = fraction.reduce(1) { product, _ in product * 10 }
    unit = String(text[number.endIndex...])
  }

  /// How many of the smallest unit it is, `factor` of which make up one of its own; nil where that is not a whole number, or
  /// too large.
  func multiplied(by factor: Int) -> Int? {
    let product = digits.multipliedFullWidth(by: UInt(max(factor, 0)))
    guard product.high < scale else { return nil }
    let (quotient, remainder) = scale.dividingFullWidth(product)
    return remainder == 0 ? Int(exactly: quotient) : nil
  }
}
