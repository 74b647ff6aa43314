/// How far a compressed stream may expand: the bound on decompression bombs. On by default.
///
/// It acts inside the call that decompresses: no byte past a limit is ever produced. What is in memory at a time is bounded
/// by the read high mark anyway; this bounds what a peer can have the application do with a few bytes.
///
/// Deflate reaches 1,032 : 1 at most, text reaches 3 to 20, repetitive data such as logs 100. By default the output may reach
/// 8 MiB plus 250 times what came. The first part lets short streams of any ratio pass; a bomb is stopped after 11 MB. There
/// is no default for the total, since a tunnel may live, and carry honest bytes, for years.
public struct ExpansionLimits: Equatable, Sendable {
  /// The most bytes that a stream may become, over all members and all time; nil for no such limit.
  public var total: Int?
  /// How many bytes of output each byte of input allows, on the average of the stream; nil for any number.
  public var ratio: Int?
  /// Bytes of output that are allowed whatever the ratio.
  public var floor: Int

  /// Limits; those that are not given are the defaults.
  public init(total: Int? = nil, ratio: Int? = 250, floor: Int = 8 << 20) {
    self.total = total
    self.ratio = ratio
    self.floor = floor
  }

  /// No limits: for input that is trusted.
  public static let none = ExpansionLimits(total: nil, ratio: nil)

  /// The most bytes of output that `consumed` bytes of input allow.
  func allowance(consumed: Int) -> Int {
    guard let ratio else { return total ?? .max }
    let (product, overflow) = ratio.multipliedReportingOverflow(by: consumed)
    let (sum, carried) = floor.addingReportingOverflow(overflow ? .max : product)
    return min(total ?? .max, carried ? .max : sum)
  }
}
