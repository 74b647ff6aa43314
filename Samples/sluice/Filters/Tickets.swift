import SluiceTLS

/// The sessions of one target that can be resumed: each connection leaves what the next one takes up.
final class Tickets {
  private static let most = 8
  /// Connections that a ticket came from, or may still come from; the last one is the newest.
  private var connections: [TLSConnection] = []

  /// A ticket that no other connection was given: in TLS 1.3 each is good once.
  func take() -> TLSSessionTicket? {
    guard let place = connections.lastIndex(where: { $0.sessionTicket != nil }) else { return nil }
    return connections.remove(at: place).sessionTicket
  }

  /// Looks for a ticket at this connection later.
  func expect(from connection: TLSConnection) {
    connections.append(connection)
    if connections.count > Self.most { connections.removeFirst() }
  }
}
