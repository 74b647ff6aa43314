public import Sluice

extension BufferEvent {
  /// Puts a tap on this event, and returns the event that stands on the two; rules as for `filtered(by:)`.
  ///
  /// ```swift
  /// let event = try end.tapped(by: TapDump(.hex) { print($0) })
  /// ```
  ///
  /// - Parameters:
  ///   - sink: what to record to.
  ///   - closingUnderlying: false leaves this event open when the new one is gone.
  /// - Returns: the event on top.
  /// - Throws: `StackError`, as `filtered(by:)`.
  public func tapped(by sink: any TapSink, closingUnderlying: Bool = true) throws(StackError) -> BufferEvent {
    try filtered(by: TapFilter(sink), closingUnderlying: closingUnderlying)
  }
}

extension Stack {
  /// This stack with a tap on top, with a sink that `make` makes for each event.
  public func tapped(by make: @escaping () throws -> any TapSink) -> Stack {
    adding { TapFilter(try make()) }
  }
}
