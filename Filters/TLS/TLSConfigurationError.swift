/// Why no context could be made: what is wrong with a file, a value, or a setting, and what to give instead.
public struct TLSConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, or which of the values given.
  public let place: String
  /// What was found there.
  public let found: String
  /// What to give.
  public let advice: String

  /// The error in words.
  public var description: String { "\(place): \(found); \(advice)" }

  init(_ place: String, _ found: String, _ advice: String) {
    self.place = place
    self.found = found
    self.advice = advice
  }
}
