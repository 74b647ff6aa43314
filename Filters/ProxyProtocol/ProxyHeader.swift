public import Sluice

/// What a proxy says of the connection that it passes on: the PROXY protocol's header, of either version.
///
/// Specification: `proxy-protocol.txt` of HAProxy.
public struct ProxyHeader: Equatable, Sendable {
  /// Which form a header has on the wire.
  public enum Version: Int, Sendable, CaseIterable {
    /// A line of text, for TCP alone.
    case v1 = 1
    /// Binary, with values of its own behind the addresses.
    case v2 = 2
  }

  /// What the connection that is passed on is made of.
  public enum Transport: UInt8, Sendable, CaseIterable {
    /// TCP, or a Unix stream socket.
    case stream = 1
    /// UDP, or a Unix datagram socket.
    case datagram = 2
  }

  /// Who opened the connection; nil where the proxy does not say, or speaks for itself. Then the real connection's address
  /// holds.
  public var source: SocketAddress?
  /// Whom they opened it to; nil as `source`.
  public var destination: SocketAddress?
  /// What the connection is made of.
  public var transport = Transport.stream
  /// Whether the proxy opened the connection for its own purpose, such as a health check.
  public var isLocal = false
  /// What else the proxy says, in the order of the wire. Version 1 has none.
  public var values: [ProxyValue] = []

  /// A header with addresses. Where one is nil, it says that the addresses are not known.
  public init(
    source: SocketAddress?, destination: SocketAddress?, transport: Transport = .stream, values: [ProxyValue] = []
  ) {
    (self.source, self.destination, self.transport, self.values) = (source, destination, transport, values)
  }

  /// A header without addresses: the proxy could not tell.
  public static var unknown: ProxyHeader { ProxyHeader(source: nil, destination: nil) }

  /// A header of a connection that the proxy opened for its own purpose. In version 1 this is `unknown`.
  public static var local: ProxyHeader {
    var header = unknown
    header.isLocal = true
    return header
  }
}

extension ProxyHeader: CustomStringConvertible {
  /// The header in words.
  public var description: String {
    if isLocal { return "of the proxy's own" }
    guard let source, let destination else { return "of unknown addresses" }
    let extras = values.isEmpty ? "" : ", with \(values.map { "\($0.kind)" }.joined(separator: ", "))"
    return "from \(source) to \(destination)" + (transport == .datagram ? ", datagrams" : "") + extras
  }
}
