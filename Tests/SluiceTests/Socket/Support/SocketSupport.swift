import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs `body` with a base in real time, for sockets; where it takes half a minute, a watchdog ends the base, and the test fails.
/// Afterwards everything must have been given back.
func onSockets(
  _ poller: PollerKind = .automatic, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (EventBase) throws -> Void
) throws {
  let base = EventBase(poller: poller)
  let watchdog = try LoopThread(name: "watchdog")
  defer { watchdog.stop() }
  let handle = base.handle
  watchdog.execute { dog in
    dog.schedule(after: .seconds(30)) {
      handle.execute { base in
        Issue.record("nothing came of it in half a minute: \(base.debugDescription)", sourceLocation: sourceLocation)
        base.shutDown()
      }
    }
  }
  try body(base)
  try base.settle()
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
  #expect(base.lingering.isEmpty, sourceLocation: sourceLocation)
  #expect(!base.isAwaitingOthers, sourceLocation: sourceLocation)
}

/// A socket that a test uses by itself, without a loop. It does not block.
final class RawSocket {
  private(set) var descriptor: Int32

  init(_ family: Int32 = AF_INET) {
    descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
  }

  deinit { close() }

  func close() {
    if descriptor >= 0 { closeDescriptor(descriptor) }
    descriptor = -1
  }

  /// Its own address, once it is bound.
  var address: SocketAddress? { SocketAddress.of(descriptor) { getsockname($0, $1, $2) } }

  func bind(to address: SocketAddress) -> Bool {
    address.withSystemAddress { bindSystem(descriptor, $0, $1) } == 0
  }

  func listen(backlog: Int32) -> Bool { listenSystem(descriptor, backlog) == 0 }

  /// 0, or the system's `errno`.
  func connect(to address: SocketAddress) -> Int32 {
    address.withSystemAddress { connectSystem(descriptor, $0, $1) } == 0 ? 0 : errno
  }
}

private func bindSystem(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  bind(descriptor, address, length)
}
private func listenSystem(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
private func connectSystem(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  connect(descriptor, address, length)
}

/// An address that swallows what is sent to it: its listener accepts nobody, and its queue is full.
final class BlackHole {
  let address: SocketAddress
  private let listener: RawSocket
  private let clients: [RawSocket]

  init(at address: SocketAddress = .loopback()) throws {
    listener = RawSocket(address.family)
    try #require(listener.bind(to: address))
    try #require(listener.listen(backlog: 0))
    let bound = try #require(listener.address)
    clients = (0..<4).map { _ in RawSocket(address.family) }
    for client in clients { _ = client.connect(to: bound) }
    self.address = bound
  }
}

extension BufferEvent {
  /// The error that its connection failed with.
  var connectError: ConnectError? {
    guard case .transport(let error) = failure?.reason else { return nil }
    return error as? ConnectError
  }
}

/// How many sockets this process has open. Only for a process that runs nothing else.
func openSockets() -> Int {
  (0..<1024 as Range<Int32>).reduce(0) { count, descriptor in
    var status = stat()
    return count + (fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK ? 1 : 0)
  }
}
