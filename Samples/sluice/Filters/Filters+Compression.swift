import SluiceCompression
import StackDescription

extension FilterKind {
  /// A kind of compression under the name that descriptions give it.
  static func compression(_ name: String, _ format: Compression.Format, _ summary: String) -> FilterKind {
    FilterKind(
      name, summary, Parameter.integer("level", in: 0...9, default: 6, "0 stores, 1 is fastest, 9 is smallest"),
      Parameter.integer("window", in: 9...15, default: 15, "how far back matches reach: 2 to this many bytes"),
      Parameter.integer("memory", in: 1...9, default: 8, "how much memory the compressor takes"),
      Parameter<CompressionStrategy>.choice("strategy", default: .standard, "how matches are looked for"),
      Parameter.integer(
        "ratio", in: 0...100_000, default: 250,
        "bytes that one compressed byte may become before it is refused; 0 for any")
    ) { level, window, memory, strategy, ratio in
      var settings = Compression(format, level: level)
      settings.windowBits = window
      settings.memoryLevel = memory
      settings.strategy = strategy.value
      if ratio == 0 { settings.limits = .none } else { settings.limits.ratio = ratio }
      return Layer { [settings] in try Deflate(settings) }
    }
  }
}

/// The strategies, as descriptions name them.
private enum CompressionStrategy: String, CaseIterable {
  case standard, filtered, huffman, runs, fixed

  var value: Compression.Strategy {
    switch self {
    case .standard: .standard
    case .filtered: .filtered
    case .huffman: .huffmanOnly
    case .runs: .runLength
    case .fixed: .fixedCodes
    }
  }
}
