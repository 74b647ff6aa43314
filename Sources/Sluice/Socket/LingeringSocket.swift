import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A socket whose event is closed, and whose last bytes the other end does not have yet.
///
/// A kernel that has bytes which nobody read, or gets more of them after a close, resets the connection, and throws away what
/// it still has to send. So the socket is kept while bytes or the end are unacknowledged, and what comes is thrown away.
final class LingeringSocket: Watched {
  /// When it is looked for the first time whether everything was acknowledged; then after twice the time, and so on.
  private static let shortest = Duration.milliseconds(10)
  private static let longest = Duration.seconds(1)
  private static let limit = Duration.seconds(30)
  /// What is thrown away in one go; more than the queue of a Unix socket holds.
  private static let budget = 4 * 1024 * 1024

  private let base: EventBase
  private var then: (() -> Void)?
  private var timer: LoopTimer?
  private var delay = shortest
  private let end: EventBase.Instant

  private init(descriptor: Int32, base: EventBase, then: @escaping () -> Void) {
    self.base = base
    self.then = then
    end = base.now.advanced(by: Self.limit)
    super.init(descriptor: descriptor)
  }

  /// Gives a descriptor back whose output is finished, as soon as that loses nothing, and calls `then`.
  static func close(_ descriptor: Int32, on base: EventBase, then: @escaping () -> Void) {
    // The other end of a Unix socket has everything, and is told a reset where something is left unread.
    let isOver = !discard(descriptor)
    guard !isOver, sluice_unsent(descriptor) > 0, !base.isShutDown else {
      closeDescriptor(descriptor)
      return then()
    }
    LingeringSocket(descriptor: descriptor, base: base, then: then).start()
  }

  private func start() {
    do { try base.watch(self, for: .read) } catch { return abandon() }
    timer = LoopTimer(base: base) { [weak self] in self?.look() }
    waitOn()
  }

  private func waitOn() {
    timer?.arm(at: min(base.now.advanced(by: delay), end))
    delay = min(delay * 2, Self.longest)
  }

  override func isReady(_ readiness: Readiness) {
    if !Self.discard(descriptor) || sluice_unsent(descriptor) == 0 { abandon() }
  }

  private func look() {
    if base.now >= end || sluice_unsent(descriptor) == 0 { abandon() } else { waitOn() }
  }

  override func abandon() {
    guard let then else { return }
    self.then = nil
    timer?.cancel()
    try? base.watch(self, for: [])
    closeDescriptor(descriptor)
    then()
  }

  /// Throws away what has come. False at the end of it, and where the connection broke.
  private static func discard(_ descriptor: Int32) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 1) { room in
      var left = budget
      while left > 0 {
        let count = recv(descriptor, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
        if count == 0 { return false }
        if count < 0 {
          if errno == EINTR { continue }
          return errno == EAGAIN || errno == EWOULDBLOCK
        }
        left -= count
      }
      return true
    }
  }
}
