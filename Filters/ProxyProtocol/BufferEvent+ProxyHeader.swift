public import Sluice

extension BufferEvent {
  /// Reads a PROXY header in front of what comes, and returns the event that stands on the two; rules as for `filtered(by:)`.
  ///
  /// - Parameters:
  ///   - settings: what is accepted.
  ///   - closingUnderlying: false leaves this event open when the new one is gone.
  /// - Returns: the event on top.
  /// - Throws: `ProxyHeaderSettingsError`, where the settings cannot be; `StackError`, as `filtered(by:)`.
  public func readingProxyHeader(
    _ settings: ProxyHeaderSettings = ProxyHeaderSettings(), closingUnderlying: Bool = true
  ) throws -> BufferEvent {
    try filtered(by: ProxyHeaderReader(settings), closingUnderlying: closingUnderlying)
  }

  /// Sends a PROXY header ahead of what is written, and returns the event that stands on the two; rules as for
  /// `filtered(by:)`.
  ///
  /// - Parameters:
  ///   - header: what to say.
  ///   - version: its form on the wire.
  ///   - withChecksum: whether version 2 ends with a checksum of the header.
  ///   - closingUnderlying: false leaves this event open when the new one is gone.
  /// - Returns: the event on top.
  /// - Throws: `ProxyHeaderError`, where the header cannot be said; `StackError`, as `filtered(by:)`.
  public func writingProxyHeader(
    _ header: ProxyHeader, version: ProxyHeader.Version = .v2, withChecksum: Bool = false,
    closingUnderlying: Bool = true
  ) throws -> BufferEvent {
    try filtered(
      by: ProxyHeaderWriter(header, version: version, withChecksum: withChecksum), closingUnderlying: closingUnderlying)
  }

  /// The header that the topmost `ProxyHeaderReader` from here down has read; nil before that, and where there is none.
  public var proxyHeader: ProxyHeader? { filterHandle(ReceivedProxyHeader.self)?.header }
}

extension Stack {
  /// This stack with a reader of PROXY headers on top.
  public func readingProxyHeader(_ settings: ProxyHeaderSettings = ProxyHeaderSettings()) -> Stack {
    adding { try ProxyHeaderReader(settings) }
  }

  /// This stack with a writer of a PROXY header on top, made anew for each event.
  public func writingProxyHeader(
    version: ProxyHeader.Version = .v2, withChecksum: Bool = false, _ header: @escaping () throws -> ProxyHeader
  ) -> Stack {
    adding { try ProxyHeaderWriter(try header(), version: version, withChecksum: withChecksum) }
  }
}
