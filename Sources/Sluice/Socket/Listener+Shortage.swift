import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a listener does while the system has no descriptors left, or no memory.
///
/// The sockets stay readable, and would wake the loop without end: so the listener looks away, for longer each time. What
/// waits in the kernel's queue is taken on a descriptor that was held in reserve, and closed, so that the other ends learn at
/// once instead of waiting.
struct Shortage {
  private static let shortest = Duration.milliseconds(50)
  private static let longest = Duration.seconds(1)
  private static let betweenReports = Duration.seconds(1)

  private var reserve: Int32 = -1
  private var timer: LoopTimer?
  private var delay = shortest
  private var lastReport: EventBase.Instant?

  /// Whether the listener looks away now.
  var isWaiting: Bool { timer?.isArmed == true }

  /// Takes the reserve, where it is not there and the system gives one.
  mutating func prepare() {
    if reserve < 0 { reserve = open("/dev/null", O_RDONLY | O_CLOEXEC) }
  }

  /// Gives the reserve up, until `prepare()`. Whether there was one.
  mutating func giveUpReserve() -> Bool {
    guard reserve >= 0 else { return false }
    closeDescriptor(reserve)
    reserve = -1
    return true
  }

  mutating func wait(for listener: Listener) {
    if timer == nil {
      timer = LoopTimer(base: listener.base) { [weak listener] in
        listener?.shortage.prepare()
        listener?.updateInterest()
      }
    }
    timer?.arm(after: delay)
    delay = min(delay * 2, Self.longest)
  }

  /// Looks again now, in place of later.
  mutating func stopWaiting() { timer?.cancel() }

  /// Connections are taken again.
  mutating func isOver() {
    delay = Self.shortest
    prepare()
  }

  /// Whether a report may be made, and is taken for made.
  mutating func mayReport(at now: EventBase.Instant) -> Bool {
    if let lastReport, lastReport.duration(to: now) < Self.betweenReports { return false }
    lastReport = now
    return true
  }

  mutating func end() {
    timer?.cancel()
    timer = nil
    _ = giveUpReserve()
  }
}

extension Listener {
  /// Something is missing that the next connection needs as well.
  func ranShort(_ code: Int32, at address: SocketAddress, sheddingFrom socket: ListeningSocket? = nil) {
    counts.errors += 1
    if let socket { shed(from: socket) }
    shortage.wait(for: self)
    if shortage.mayReport(at: base.now) { onError?(self, SocketError(.accept, code: code, peer: "\(address)")) }
  }

  /// Takes the connections that wait, and closes them.
  private func shed(from socket: ListeningSocket) {
    guard shortage.giveUpReserve() else { return }
    for _ in 0..<acceptBudget {
      let descriptor = sluice_accept(socket.descriptor, nil, nil)
      guard descriptor >= 0 else { break }
      closeDescriptor(descriptor)
      counts.shed += 1
    }
    shortage.prepare()
  }
}
