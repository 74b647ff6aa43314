public import Sluice

/// The connecting side of the PROXY protocol, as a filter: sends a header ahead of everything, and then passes everything on as
/// it is. On a socket that is still connecting the header waits for that.
public struct ProxyHeaderWriter: Filter, ~Copyable {
  private let bytes: [UInt8]

  /// A filter that sends a header.
  ///
  /// - Parameters:
  ///   - header: what to say. Version 1 says that the addresses are unknown where they are not those of TCP.
  ///   - version: its form on the wire.
  ///   - withChecksum: whether version 2 ends with the CRC-32C of the header. Version 1 has none.
  /// - Throws: `ProxyHeaderError`, where the header cannot be said in that form.
  public init(
    _ header: ProxyHeader, version: ProxyHeader.Version = .v2, withChecksum: Bool = false
  ) throws(ProxyHeaderError) {
    bytes = version == .v1 ? try header.line() : try header.binary(withChecksum: withChecksum)
  }

  /// "proxy header".
  public var name: String { "proxy header" }

  /// Sends the header.
  public mutating func start(_ context: inout FilterContext) { context.reply.append(bytes) }

  /// Passes everything on.
  public mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { pass(&source, into: &target, context) }

  /// Passes everything on.
  public mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { pass(&source, into: &target, context) }
}

/// Passes everything on as it is.
func pass(
  _ source: inout EventBuffer, into target: inout EventBuffer, _ context: borrowing FilterContext
) -> FilterProgress {
  if target.append(upTo: context.limit, from: &source) > 0 { return .moved }
  return context.mode == .finished && source.isEmpty ? .ended : .needsMore
}
