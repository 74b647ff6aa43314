import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How a listener listens.
public struct ListenerOptions: Equatable, Sendable {
  /// Connections that the kernel holds for us.
  public var backlog: Int32 = 1024
  /// Whether the address may be bound while connections of an earlier listener linger.
  public var reuseAddress = true
  /// Whether several listeners may share the address (`SO_REUSEPORT`), one a loop; the kernel spreads connections.
  public var reusePort = false
  /// Connections that are taken in one round of the loop, so that a storm of them does not hold up the others.
  public var acceptBudget = 64
  /// Connections that may be open at once; the others stay in the kernel's queue. nil for no limit.
  public var maximumConnections: Int?
  /// What is set on each accepted socket.
  public var socket = SocketOptions()

  /// The defaults.
  public init() {}
}

/// Takes connections at an address. The base keeps it alive until it is closed. libevent: `struct evconnlistener`.
public final class Listener: Watched {
  /// The loop that it belongs to.
  public let base: EventBase
  /// The address it listens at, with the port that the system chose where 0 was asked for.
  public let address: SocketAddress
  private let options: ListenerOptions
  private var onAccept: ((BufferEvent, SocketAddress?) -> Void)?
  /// Called when taking a connection failed; where the system is out of descriptors, at most once a second. The listener goes
  /// on by itself.
  public var onError: ((Listener, SocketError) -> Void)?
  /// Connections of this listener that are open.
  public private(set) var openConnections = 0
  private var isPaused = false
  private var reserve: Int32
  private var retry: LoopTimer?
  private var lastComplaint: EventBase.Instant?

  init(
    base: EventBase, descriptor: Int32, address: SocketAddress, options: ListenerOptions,
    onAccept: @escaping (BufferEvent, SocketAddress?) -> Void
  ) {
    self.base = base
    self.address = address
    self.options = options
    self.onAccept = onAccept
    reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
    super.init(descriptor: descriptor)
  }

  /// Takes no connections until `resume()`; they wait in the kernel's queue. libevent: `evconnlistener_disable`.
  public func pause() {
    isPaused = true
    updateInterest()
  }

  /// Goes on. libevent: `evconnlistener_enable`.
  public func resume() {
    isPaused = false
    updateInterest()
  }

  /// Stops listening, and gives the descriptor back. Open connections go on. libevent: `evconnlistener_free`.
  public func close() {
    guard onAccept != nil else { return }
    onAccept = nil
    onError = nil
    retry?.cancel()
    try? base.watch(self, for: [])
    closeDescriptor(descriptor)
    if reserve >= 0 { closeDescriptor(reserve) }
    reserve = -1
    if case .unix(let path) = address.kind { unlink(path) }
  }

  private var isFull: Bool { options.maximumConnections.map { openConnections >= $0 } ?? false }

  func updateInterest() {
    let isWanted = onAccept != nil && !isPaused && !isFull && retry?.isArmed != true
    do {
      try base.watch(self, for: isWanted ? .read : [])
    } catch {
      complain(code: EMFILE)
    }
  }

  override func abandon() { close() }

  override func isReady(_ readiness: Readiness) {
    var budget = options.acceptBudget
    while budget > 0, !isPaused, !isFull, let onAccept {
      budget -= 1
      let connection = sluice_accept(descriptor)
      if connection >= 0 {
        accepted(connection, onAccept)
      } else if !goesOn(after: -connection) {
        break
      }
    }
    updateInterest()
  }

  private func accepted(_ connection: Int32, _ onAccept: (BufferEvent, SocketAddress?) -> Void) {
    let peer = SocketAddress.of(connection) { getpeername($0, $1, $2) }
    options.socket.apply(to: connection, isTCP: !address.isUnix)
    let transport = SocketTransport(descriptor: connection, peer: peer?.description ?? "\(address)")
    openConnections += 1
    transport.onClosed = { [weak self] in self?.connectionClosed() }
    onAccept(base.event(over: transport), peer)
  }

  private func connectionClosed() {
    let wasFull = isFull
    openConnections -= 1
    if wasFull { updateInterest() }
  }

  /// Whether to try the next connection at once, after taking one failed.
  private func goesOn(after code: Int32) -> Bool {
    switch code {
    case EAGAIN, EWOULDBLOCK: return false
    // The connection was given up by its peer, or the call was interrupted.
    case EINTR, ECONNABORTED, EPROTO, EPERM: return true
    case EMFILE, ENFILE, ENOBUFS, ENOMEM:
      complain(code: code)
      shedOne()
      backOff()
      return false
    default:
      complain(code: code)
      backOff()
      return false
    }
  }

  /// Gives the reserve descriptor up to take one connection and close it, so that its peer learns at once instead of waiting
  /// in the queue.
  private func shedOne() {
    guard reserve >= 0 else { return }
    closeDescriptor(reserve)
    let connection = sluice_accept(descriptor)
    if connection >= 0 { closeDescriptor(connection) }
    reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
  }

  /// Looks away for a moment: the descriptor stays readable, and would wake the loop without end.
  private func backOff() {
    if retry == nil { retry = LoopTimer(base: base) { [weak self] in self?.updateInterest() } }
    retry?.arm(after: .milliseconds(50))
  }

  private func complain(code: Int32) {
    if let lastComplaint, lastComplaint.duration(to: base.now) < .seconds(1) { return }
    lastComplaint = base.now
    onError?(self, SocketError(.accept, code: code, peer: "\(address)"))
  }
}

extension EventBase {
  /// Listens at an address, and hands each connection to `onAccept` as a buffer event with the peer's address. The base keeps
  /// both alive until they are closed. libevent: `evconnlistener_new_bind`.
  ///
  /// - Throws: `SocketError`, which names the address, what failed, and why.
  @discardableResult
  public func listen(
    at address: SocketAddress, options: ListenerOptions = ListenerOptions(),
    onAccept: @escaping (BufferEvent, SocketAddress?) -> Void
  ) throws(SocketError) -> Listener {
    let descriptor = sluice_socket(address.family)
    if descriptor < 0 { throw SocketError(.create, code: -descriptor, peer: "\(address)") }
    do {
      let bound = try bind(descriptor, to: address, options)
      let listener = Listener(
        base: self, descriptor: descriptor, address: bound, options: options, onAccept: onAccept)
      listener.updateInterest()
      return listener
    } catch {
      closeDescriptor(descriptor)
      throw error
    }
  }

  private func bind(
    _ descriptor: Int32, to address: SocketAddress, _ options: ListenerOptions
  ) throws(SocketError) -> SocketAddress {
    var one: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    if options.reuseAddress, !address.isUnix { setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size) }
    if options.reusePort, !address.isUnix { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, size) }
    if address.family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, size) }
    guard address.withSystemAddress({ Sluice.bindDescriptor(descriptor, $0, $1) }) == 0 else {
      throw SocketError(.bind, code: errno, peer: "\(address)")
    }
    guard Sluice.listenDescriptor(descriptor, max(options.backlog, 1)) == 0 else {
      throw SocketError(.listen, code: errno, peer: "\(address)")
    }
    return SocketAddress.of(descriptor) { getsockname($0, $1, $2) } ?? address
  }
}

private func bindDescriptor(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  bind(descriptor, address, length)
}

private func listenDescriptor(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
