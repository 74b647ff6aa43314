import CZlib

/// Why no filter can be made of some settings.
public enum CompressionSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// `level` is outside -1...9.
  case level(Int)
  /// `windowBits` is outside 9...15.
  case windowBits(Int)
  /// `memoryLevel` is outside 1...9.
  case memoryLevel(Int)
  /// The gzip format has no dictionaries, and an empty one is none.
  case dictionary
  /// Only gzip has header fields; this format has none.
  case headerWithout(Compression.Format)
  /// This field of the header cannot be written: characters outside of ISO 8859-1, a zero, or too long.
  case header(field: String)
  /// `FlushPolicy.pending` needs 1 KiB or more, and less than an exbibyte.
  case pending(kibibytes: Int)
  /// A limit is negative, or a ratio is less than 1.
  case limits(ExpansionLimits)
  /// The system's zlib is older than `needed`: it has known faults (CVE-2018-25032 before 1.2.12, CVE-2022-37434 in reading
  /// header fields before 1.2.13).
  case zlibTooOld(version: String, needed: String)

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .level(let level):
      "there is no compression level \(level): use 0 (stored) to 9 (smallest), or -1 for the default"
    case .windowBits(let bits): "there are no \(bits) window bits: use 9 (512 bytes) to 15 (32 KiB)"
    case .memoryLevel(let level): "there is no memory level \(level): use 1 (1 KiB) to 9 (256 KiB)"
    case .dictionary: "a dictionary needs at least a byte, and the zlib or raw format: gzip has none"
    case .headerWithout(let format):
      "the \(format.rawValue) format has no header fields: leave the header away, or use gzip"
    case .header(let field):
      "the gzip header's \(field) cannot be written: ISO 8859-1 without zeros, an extra field of 65,535 bytes at most"
    case .pending(let size): "flushing at \(size) KiB makes no sense: use 1 KiB or more, or the policy whenAsked"
    case .limits(let limits):
      "these limits make no sense: total \(limits.total.map(String.init) ?? "none"), ratio "
        + "\(limits.ratio.map(String.init) ?? "none"), floor \(limits.floor); use 0 or more, and a ratio of 1 or more"
    case .zlibTooOld(let version, let needed):
      "the system's zlib \(version) has known faults: install \(needed) or later"
    }
  }
}

extension Compression {
  /// Throws what is wrong with the settings, or with the zlib that is to do the work.
  func check() throws(CompressionSettingsError) {
    guard (-1...9).contains(level) else { throw .level(level) }
    guard (9...15).contains(windowBits) else { throw .windowBits(windowBits) }
    guard (1...9).contains(memoryLevel) else { throw .memoryLevel(memoryLevel) }
    if let dictionary, dictionary.isEmpty || format == .gzip { throw .dictionary }
    if let header {
      guard format == .gzip else { throw .headerWithout(format) }
      try check(header)
    }
    if case .pending(let size) = flushing, size < 1 || size > Int.max >> 10 { throw .pending(kibibytes: size) }
    guard limits.floor >= 0, limits.ratio ?? 1 >= 1, limits.total ?? 0 >= 0 else { throw .limits(limits) }
    try Self.checkLibrary(version: String(cString: zlibVersion()), readsHeaders: announcesHeader)
  }

  private func check(_ header: GzipHeader) throws(CompressionSettingsError) {
    if let name = header.name, latin1(name) == nil { throw .header(field: "name") }
    if let comment = header.comment, latin1(comment) == nil { throw .header(field: "comment") }
    if let extra = header.extra, extra.count > GzipHeader.longestExtra { throw .header(field: "extra field") }
  }

  static func checkLibrary(version: String, readsHeaders: Bool) throws(CompressionSettingsError) {
    let numbers = version.split(separator: ".").prefix(3).map { Int($0.prefix { $0.isNumber }) ?? 0 }
    let needed = readsHeaders ? [1, 2, 13] : [1, 2, 12]
    guard !numbers.lexicographicallyPrecedes(needed) else {
      throw .zlibTooOld(version: version, needed: needed.map(String.init).joined(separator: "."))
    }
  }
}
