/// What is accepted where a PROXY header is read.
public struct ProxyHeaderSettings: Equatable, Sendable {
  /// Whether a connection without a header is refused. False lets anybody choose whether to claim an address, against which
  /// the specification warns: for listeners that only trusted proxies, or nobody else who matters, can reach.
  public var isRequired = true
  /// The versions that are accepted.
  public var versions = Set(ProxyHeader.Version.allCases)
  /// How long the header may take, from when the filter is put on; nil for ever. The specification asks for 3 seconds at least.
  /// Where no header is required, a connection that is silent for so long has none.
  public var timeLimit: Duration? = .seconds(5)
  /// The longest header that is accepted, in bytes: 107, a line of version 1, to 65,551, all that version 2 can say.
  public var longestHeader = 16_384

  /// The defaults.
  public init() {}

  func check() throws(ProxyHeaderSettingsError) {
    if versions.isEmpty { throw .noVersion }
    if let timeLimit, timeLimit <= .zero { throw .timeLimit(timeLimit) }
    let allowed = ProxyHeaderParser.longestLine...ProxyHeaderParser.longest
    guard allowed.contains(longestHeader) else { throw .longestHeader(longestHeader, allowed: allowed) }
  }
}

/// Why no filter can be made of some settings.
public enum ProxyHeaderSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Neither version is accepted.
  case noVersion
  /// No time at all.
  case timeLimit(Duration)
  /// The longest header is too short, or longer than one can be.
  case longestHeader(Int, allowed: ClosedRange<Int>)

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .noVersion: "a PROXY header of no version cannot come: accept version 1, 2 or both"
    case .timeLimit(let limit): "a PROXY header cannot come within \(limit): allow more than nothing"
    case .longestHeader(let length, let allowed):
      "a longest PROXY header of \(length) bytes cannot be: give \(allowed.lowerBound) to \(allowed.upperBound)"
    }
  }
}
