public import Sluice

extension BufferEvent {
  /// Puts a `Deflate` filter on this event, with the streams of the base's pool, and returns the event on top.
  ///
  /// ```swift
  /// let event = try end.compressed(.gzip(level: 1))
  /// ```
  ///
  /// - Parameters:
  ///   - settings: how to compress, and what to accept.
  ///   - closingUnderlying: as for `filtered(by:closingUnderlying:)`.
  /// - Returns: the event that is read and written from now on.
  /// - Throws: `CompressionSettingsError` where the settings cannot be; `StackError` as `filtered(by:closingUnderlying:)`.
  public func compressed(
    _ settings: Compression = .gzip(), closingUnderlying: Bool = true
  ) throws -> BufferEvent {
    try filtered(by: Deflate(settings, pool: base.compressionPool), closingUnderlying: closingUnderlying)
  }
}

extension Stack {
  /// This stack with a `Deflate` filter on top, whose streams come from the pool of each event's base.
  public func compressed(_ settings: Compression = .gzip()) -> Stack {
    adding(layer: { try $0.compressed(settings) })
  }
}
