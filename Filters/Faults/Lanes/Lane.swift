import Sluice

/// One direction of a fault.
class Lane {
  private let record: FaultRecord
  private let direction: Directions

  init(_ record: FaultRecord, _ direction: Directions) {
    self.record = record
    self.direction = direction
  }

  /// What a call of the filter is told.
  struct Call {
    let limit: Int
    /// Nothing follows what is in the source.
    let isEnding: Bool
    let now: EventBase.Instant

    /// Passes up to `length` bytes on as they are.
    func pass(
      _ source: inout EventBuffer, into target: inout EventBuffer, upTo length: Int = .max
    ) -> FilterProgress {
      if target.append(upTo: min(length, limit), from: &source) > 0 { return .moved }
      return isEnding && source.isEmpty ? .ended : .needsMore
    }
  }

  /// When it has to be called again, though nothing comes; nil where it does not wait for a time.
  final var wakeTime: EventBase.Instant?

  /// Whether it has something to do before the first byte comes.
  var isDueAtOnce: Bool { false }

  func begin(at now: EventBase.Instant) {}

  /// Passes bytes on, with the fault.
  func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ call: Call
  ) throws(InjectedFault) -> FilterProgress { call.pass(&source, into: &target) }

  /// The filter was woken, in a turn of its own. Its wake times that have passed are forgotten; bytes are passed later.
  func woken(at now: EventBase.Instant) {
    if let time = wakeTime, time <= now { wakeTime = nil }
  }

  final func strike() { record.strike(direction) }

  final var injected: InjectedFault { InjectedFault(fault: record.fault, direction: direction) }

  static func make(for fault: Fault, _ direction: Directions, _ record: FaultRecord, seed: UInt64) -> Lane {
    let random = SplitMix64(seed: seed)
    return switch fault {
    case .latency(let delay, let jitter, let holding):
      LatencyLane(record, direction, delay, jitter: jitter, holding: holding, random)
    case .slice(let size, let variation, let pause):
      SliceLane(record, direction, size, variation: variation, pause: pause, random)
    case .corrupt(let corruption): CorruptLane(record, direction, corruption, random)
    case .cut(let count, .silence): StallLane(record, direction, after: count, for: nil)
    case .cut(let count, let ending): CutLane(record, direction, after: count, isReset: ending == .reset)
    case .stall(let count, let time): StallLane(record, direction, after: count, for: time)
    }
  }
}
