import Sluice
import SluiceFaults
import StackDescription

/// Where a fault strikes, as descriptions say it.
private enum Way: String, CaseIterable {
  case both, out
  case into = "in"

  var directions: Directions {
    switch self {
    case .both: .both
    case .into: .read
    case .out: .write
    }
  }
}

extension FilterKind {
  /// Filters that misbehave on purpose. A seed gives the same each time; each connection has random numbers of its own.
  static var faults: [FilterKind] { [latency, slice, corrupt, cut, stall] }

  private static var latency: FilterKind {
    FilterKind(
      "latency", "a fault: bytes come later", Parameter.time("by", "how much later"),
      Parameter.time("jitter", default: .zero, "a random time on top, up to this"),
      Parameter.size("holding", default: 1 << 20, "bytes that are on their way at most"), way(.both), seed
    ) { delay, jitter, holding, way, seed in
      try layer(.latency(delay, jitter: jitter, holding: holding), way, seed)
    }
  }

  private static var slice: FilterKind {
    FilterKind(
      "slice", "a fault: bytes come in small pieces", Parameter.size("size", default: 1, "bytes of a piece"),
      Parameter.size("variation", default: 0, "how many more or fewer they may be"),
      Parameter.time("pause", default: .zero, "the time between two pieces"), way(.both), seed
    ) { size, variation, pause, way, seed in
      try layer(.slice(size, variation: variation, pause: pause), way, seed)
    }
  }

  private static var corrupt: FilterKind {
    FilterKind(
      "corrupt", "a fault: bits are turned over",
      Parameter.size("at", "the byte of which a bit is turned over, counted from 0").optional(),
      Parameter.size("every", "one byte in so many, where the seed has it").optional(), way(.into), seed
    ) { place, every, way, seed in
      switch (place, every) {
      case (let place?, nil): return try layer(.corrupt(.byte(at: place)), way, seed)
      case (nil, let every?): return try layer(.corrupt(.one(in: every)), way, seed)
      default: throw Contradiction(description: "give either at, one byte, or every, one byte in so many")
      }
    }
  }

  private static var cut: FilterKind {
    FilterKind(
      "cut", "a fault: the stream ends in the middle", Parameter.size("after", "bytes that pass before"),
      Parameter<Fault.Ending>.choice("by", default: .reset, "how it ends"), way(.into), seed
    ) { count, ending, way, seed in try layer(.cut(after: count, by: ending), way, seed) }
  }

  private static var stall: FilterKind {
    FilterKind(
      "stall", "a fault: nothing passes any more", Parameter.size("after", default: 0, "bytes that pass before"),
      Parameter.time("for", "how long; for ever, where no time is given").optional(), way(.into), seed
    ) { count, time, way, seed in try layer(.stall(after: count, for: time), way, seed) }
  }

  private static func way(_ usual: Way) -> Parameter<Way> {
    .choice("on", default: usual, "which bytes: those that come in from the wire, go out to it, or both")
  }

  private static var seed: Parameter<Int> { .integer("seed", in: 0...Int.max, default: 0, "what chance follows from") }

  private static func layer(_ fault: Fault, _ way: Way, _ seed: Int) throws -> Layer {
    // What is wrong with the fault is told where it stands.
    _ = try FaultFilter(fault, way.directions)
    return Layer(on: { place in
      try FaultFilter(fault, way.directions, seed: UInt64(seed) &+ place.facts.number)
    })
  }
}
