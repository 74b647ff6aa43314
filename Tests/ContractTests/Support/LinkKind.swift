import Sluice
import Testing

/// A way to make two joined ends: a wire, how descriptors are waited for, and the filters on both ends. To have another kind
/// of link keep the contract, add it to `all`.
struct LinkKind: Sendable, CustomTestStringConvertible {
  let wire: Wire
  let poller: PollerKind
  let layers: Layers

  var testDescription: String {
    let waiting = wire.isInMemory ? "" : poller == .poll ? " by poll" : " by epoll"
    return "\(wire.rawValue)\(waiting), \(layers.rawValue)"
  }

  static let all = Wire.allCases.flatMap { wire in
    wire.pollers.flatMap { poller in
      Layers.allCases.map { LinkKind(wire: wire, poller: poller, layers: $0) }
    }
  }

  /// Those whose ends can break; a pipe can only end.
  static let breakable = all.filter { $0.wire != .pipes }
}

/// Runs `body` on a link whose ends are connected, and checks that everything was given back. Virtual time is for what happens,
/// or does not, while nothing is under way.
func onLink(
  _ kind: LinkKind, clock: EventBase.Clock? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (Link) throws -> Void
) throws {
  let base = EventBase(clock: clock ?? (kind.wire.isInMemory ? .virtual : .monotonic), poller: kind.poller)
  do {
    let link = try Link(kind, on: base)
    try link.connect()
    try body(link)
    link.abort()
  }
  try base.runUntilIdle()
  base.shutDown()
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
}
