/// The header that a `ProxyHeaderReader` read, once it did: `event.filterHandle(ReceivedProxyHeader.self)`. It may be kept
/// longer than the event.
public final class ReceivedProxyHeader: CustomStringConvertible {
  /// What the proxy says; nil before it said so, and where there is no header.
  public private(set) var header: ProxyHeader?
  /// The version of the header.
  public private(set) var version: ProxyHeader.Version?

  init() {}

  func fill(_ found: ProxyHeaderParser.Found) { (header, version) = (found.header, found.version) }

  /// The header in words.
  public var description: String { header.map { "\($0)" } ?? "none yet" }
}

@available(*, unavailable, message: "it stays on its event's base; its header is a value that can be sent")
extension ReceivedProxyHeader: Sendable {}
