import Sluice
import Testing

@testable import StackDescription

/// Passes everything on, after it has kept what it was told.
struct Recorder: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
}

enum Strategy: String, CaseIterable { case standard, filtered, huffman }

struct Refused: Error, CustomStringConvertible { let description = "level 9 does not go with filtered" }

/// Filters with a parameter of each type.
var registry: FilterRegistry {
  FilterRegistry([
    FilterKind("pass", "passes everything on") { Layer { Recorder() } },
    FilterKind(
      "gzip", "compresses", Parameter.integer("level", in: 0...9, default: 6, "how hard"),
      Parameter<Strategy>.choice("strategy", default: .standard, "for which data")
    ) { level, strategy in
      if level == 9, strategy == .filtered { throw Refused() }
      return Layer { Recorder() }
    },
    FilterKind(
      "tls", "encrypts", Parameter.text("host", "whom to expect"), Parameter.flag("insecure", "trusts anybody")
    ) { _, _ in Layer { Recorder() } },
    FilterKind(
      "rate", "limits", Parameter.rate("limit", "how much"), Parameter.size("burst", default: 65_536, "at once")
    ) {
      _, _ in Layer { Recorder() }
    },
    FilterKind("delay", "delays", Parameter.time("by", "how long")) { _ in Layer { Recorder() } },
  ])
}

/// What is wrong with a description; records an issue where nothing is.
func problem(with text: String, _ location: SourceLocation = #_sourceLocation) -> DescriptionError? {
  do throws(DescriptionError) {
    let stack = try registry.stack(text)
    Issue.record("\(text) was taken for \(stack)", sourceLocation: location)
    return nil
  } catch {
    return error
  }
}

extension DescriptionError {
  /// The characters that the error points at.
  var place: String { String(Array(text)[range]) }
}
