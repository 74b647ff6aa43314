public import Sluice

/// What a tap saw, and how its sink fared: `event.filterHandle(TapStatus.self)`. It may be kept longer than the event, and
/// stays on its base's thread.
public final class TapStatus: CustomStringConvertible {
  /// Calls to the sink that failed.
  public private(set) var failures = 0
  /// What the first of them failed with.
  public private(set) var firstFailure: (any Error)?
  private var reading = Lane()
  private var writing = Lane()
  private var isTold = false

  private struct Lane {
    var count = 0
    var hasEnded = false
  }

  init() {}

  /// The bytes that passed in a direction; in both, their sum.
  public func passed(_ directions: Directions = .both) -> Int {
    (directions.contains(.read) ? reading.count : 0) + (directions.contains(.write) ? writing.count : 0)
  }

  /// What passed, and failures where there were any.
  public var description: String {
    "\(passed(.write)) bytes out, \(passed(.read)) in"
      + (failures == 0
        ? "" : ", \(failures) failed to be recorded, the first because: \(firstFailure.map { "\($0)" } ?? "")")
  }

  func pass(_ count: Int, _ direction: Directions) {
    if direction == .read { reading.count += count } else { writing.count += count }
  }

  /// Notes that a direction ended. False, where it had.
  func end(_ direction: Directions) -> Bool {
    let lane = direction == .read ? \TapStatus.reading : \TapStatus.writing
    defer { self[keyPath: lane].hasEnded = true }
    return !self[keyPath: lane].hasEnded
  }

  func count(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      failures += 1
      if firstFailure == nil { firstFailure = error }
    }
  }

  /// The first failure, where nobody was told of it yet.
  func takeNews() -> TapFailure? {
    guard !isTold, let firstFailure else { return nil }
    isTold = true
    return TapFailure(reason: firstFailure)
  }
}

@available(*, unavailable, message: "a tap stays on its event's base; reach it through base.handle")
extension TapStatus: Sendable {}

/// A tap's sink failed for the first time: what the event callback is told as a `.notice`. The stream goes on; what the sink
/// did not take is not recorded. `TapStatus` counts further failures.
public struct TapFailure: Error, Sendable, CustomStringConvertible {
  /// What the sink threw.
  public let reason: any Error

  /// The failure in words.
  public var description: String { "the tap records no longer all that passes: \(reason)" }
}
