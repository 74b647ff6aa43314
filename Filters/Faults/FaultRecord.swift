public import Sluice

/// What a fault has done so far, for tests and logs: `event.filterHandle(FaultRecord.self)`. It may be kept longer than the
/// event, and stays on its base's thread.
public final class FaultRecord: CustomStringConvertible {
  /// What was asked for.
  public let fault: Fault
  /// The directions that have the fault.
  public let directions: Directions
  private var reading = 0
  private var writing = 0

  init(_ fault: Fault, _ directions: Directions) {
    self.fault = fault
    self.directions = directions
  }

  /// How often the fault struck in the named directions: bytes that were corrupted, cuts and stalls. Latency and slices strike
  /// each piece, and are not counted.
  public func strikes(_ directions: Directions = .both) -> Int {
    (directions.contains(.read) ? reading : 0) + (directions.contains(.write) ? writing : 0)
  }

  func strike(_ direction: Directions) {
    if direction == .read { reading += 1 } else { writing += 1 }
  }

  /// The fault, its directions, and how often it struck, where it did.
  public var description: String {
    let count = strikes()
    return "\(fault), \(directions)" + (count == 0 ? "" : count == 1 ? ", struck once" : ", struck \(count) times")
  }
}

@available(*, unavailable, message: "a fault stays on its event's base; reach it through base.handle")
extension FaultRecord: Sendable {}
