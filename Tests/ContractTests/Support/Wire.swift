import Sluice
import SluiceTesting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a link's two ends are joined by.
enum Wire: String, CaseIterable {
  case pair, link = "simulated link", segments = "simulated link with segments"
  case socketPair = "socket pair", tcp = "TCP", unixPath = "Unix path", unixAbstract = "Unix name"
  case pipes = "two pipes"

  /// Nothing goes through the kernel: it lives in virtual time.
  var isInMemory: Bool { self == .pair || self == .link || self == .segments }
  /// Whether one end connects to the other, and is told so.
  var isConnecting: Bool { self == .tcp || self == .unixPath || self == .unixAbstract }

  var pollers: [PollerKind] { isInMemory ? [.automatic] : [.automatic, .poll] }

  /// Two ends, the connecting one first. They need not be connected yet.
  func join(on base: EventBase, _ link: Link) throws -> (BufferEvent, BufferEvent) {
    switch self {
    case .pair: base.pair()
    case .link: SimulatedLink(on: base).makeEnds()
    case .segments: SimulatedLink(on: base, LinkConditions(segment: 1_460, window: 10_000)).makeEnds()
    case .socketPair: try base.socketPair()
    case .pipes: try base.pipePair()
    case .tcp: try connect(to: .loopback(), base, link)
    case .unixPath: try connect(to: .unix(path: link.folder.path + "/socket"), base, link)
    case .unixAbstract: try connect(to: Self.freshName(), base, link)
    }
  }

  private static func freshName() throws -> SocketAddress {
    let name = "unix:@sluice-contract-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    guard let address = SocketAddress(name) else { throw NeverCame("an address for \(name)") }
    return address
  }

  private func connect(
    to address: SocketAddress, _ base: EventBase, _ link: Link
  ) throws -> (BufferEvent, BufferEvent) {
    // So that the kernel holds less than the points send.
    var options = ListenerOptions()
    options.socket.sendBuffer = 128 * 1024
    options.socket.receiveBuffer = 128 * 1024
    var accepted: BufferEvent?
    let listener = try base.listen(at: address, options: options) { event, _ in accepted = event }
    var connecting = ConnectOptions()
    connecting.deadline = nil
    connecting.socket = options.socket
    let event = base.connect(to: listener.address, options: connecting)
    try link.reach("a connection") { accepted != nil }
    listener.close()
    guard let accepted else { throw NeverCame("a connection") }
    return (event, accepted)
  }
}
