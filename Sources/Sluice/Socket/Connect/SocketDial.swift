#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A socket that is being connected. It belongs to this until the connection stands.
final class SocketDial: Watched, Dialing {
  private let base: EventBase
  private let address: SocketAddress
  /// nil when it is over.
  private var tell: ((Result<any DialedTransport, SocketError>) -> Void)?
  private var retry: LoopTimer?
  private var retryDelay = Duration.milliseconds(1)

  init(
    _ descriptor: Int32, to address: SocketAddress, on base: EventBase,
    _ tell: @escaping (Result<any DialedTransport, SocketError>) -> Void
  ) {
    self.base = base
    self.address = address
    self.tell = tell
    super.init(descriptor: descriptor)
  }

  deinit { if tell != nil { closeDescriptor(descriptor) } }

  func start() {
    let result = address.withSystemAddress { connectDescriptor(descriptor, $0, $1) }
    let code = result == 0 ? 0 : errno
    switch code {
    case EINPROGRESS, EALREADY: watch()
    // Asked again, after a signal came, whether it connects.
    case EISCONN: base.defer { [self] in finish(0) }
    case EINTR: startLater()
    // A Unix socket whose listener's queue is full says so at once, and nothing tells when there is room.
    case EAGAIN where address.isUnix: startLater()
    // From the loop, as everything that takes time.
    default: base.defer { [self] in finish(code) }
    }
  }

  private func watch() {
    do { try base.watch(self, for: .write) } catch {
      let code = error.code
      base.defer { [self] in finish(code) }
    }
  }

  private func startLater() {
    let timer = retry ?? LoopTimer(base: base) { [weak self] in self?.start() }
    retry = timer
    timer.arm(after: retryDelay)
    retryDelay = min(retryDelay * 2, .milliseconds(50))
  }

  override func isReady(_ readiness: Readiness) { finish(socketError(of: descriptor)) }

  private func finish(_ code: Int32) {
    guard let tell else { return }
    let code = code == 0 && isConnectedToItself ? ECONNREFUSED : code
    if code != 0 {
      cancel()
      return tell(.failure(SocketError(.connect, code: code, peer: "\(address)")))
    }
    letGo()
    tell(.success(SocketTransport(descriptor: descriptor, peer: "\(address)")))
  }

  /// Where nothing listens at a port of this machine that the system would give out, it may give it to this very socket, which
  /// then meets itself.
  private var isConnectedToItself: Bool {
    guard !address.isUnix, let own = SocketAddress.of(descriptor, { getsockname($0, $1, $2) }) else { return false }
    // Where every address of this machine is meant, the one that was met is known to the system alone.
    return own.port == address.port && own == SocketAddress.of(descriptor) { getpeername($0, $1, $2) }
  }

  func cancel() {
    guard tell != nil else { return }
    letGo()
    closeDescriptor(descriptor)
  }

  private func letGo() {
    tell = nil
    retry?.cancel()
    // Nobody else may get the number before the poller forgot it.
    try? base.watch(self, for: [])
  }

  override func abandon() { cancel() }
}

/// The error that the kernel keeps for a descriptor; 0 where there is none.
func socketError(of descriptor: Int32) -> Int32 { socketOption(descriptor, SO_ERROR) ?? errno }

private func connectDescriptor(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  connect(descriptor, address, length)
}
