public import Sluice

extension BufferEvent {
  /// Puts a fault on this event, and returns the event that stands on the two; rules as for `filtered(by:)`.
  ///
  /// ```swift
  /// let event = try end.disturbed(by: .latency(.milliseconds(80), jitter: .milliseconds(20)), seed: 7)
  /// ```
  ///
  /// - Parameters:
  ///   - fault: what goes wrong.
  ///   - directions: where: `.write` is what this end sends, `.read` what it receives.
  ///   - seed: what its random numbers follow from.
  ///   - closingUnderlying: false leaves this event open when the new one is gone.
  /// - Returns: the event on top.
  /// - Throws: `FaultSettingsError`, where there is no such fault; `StackError`, as `filtered(by:)`.
  public func disturbed(
    by fault: Fault, _ directions: Directions = .both, seed: UInt64 = 0, closingUnderlying: Bool = true
  ) throws -> BufferEvent {
    try filtered(by: FaultFilter(fault, directions, seed: seed), closingUnderlying: closingUnderlying)
  }
}

extension Stack {
  /// This stack with a fault on top; each event it is put on gets the same random numbers.
  public func disturbed(by fault: Fault, _ directions: Directions = .both, seed: UInt64 = 0) -> Stack {
    adding { try FaultFilter(fault, directions, seed: seed) }
  }
}
