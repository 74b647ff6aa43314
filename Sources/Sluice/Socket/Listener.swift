/// Takes connections at one or more addresses, and hands each over as a buffer event. Made by `EventBase.listen`.
///
/// The base keeps it alive until it is closed; it keeps the loop running while it takes connections, and not while it is
/// paused. From inside its callbacks anything may be done to it. libevent: `struct evconnlistener`.
public final class Listener: DeferredWork {
  /// The loop that it belongs to.
  public let base: EventBase
  /// The addresses it listens at, in the order in which they were given, each with the port that the system chose where 0 was
  /// asked for.
  public let addresses: [SocketAddress]
  /// Called with each connection, which is open, and the address of its other end: from the loop, up to `acceptBudget` times
  /// an address and round. An event that gets no callback, and is not kept, is closed. May be replaced at any time. While
  /// this is nil, connections are taken and closed. libevent: `evconnlistener_set_cb`.
  public var onAccept: ((BufferEvent, SocketAddress?) -> Void)?
  /// Called when taking a connection failed, at most once a second; `counts` has them all. The listener goes on by itself.
  /// What concerns one connection alone, as that its peer gave it up, is nobody's error. libevent:
  /// `evconnlistener_set_error_cb`.
  public var onError: ((Listener, SocketError) -> Void)?
  /// Connections of this listener that are open, those among them that are closed and still send.
  public internal(set) var openConnections = 0
  /// What became of connections so far.
  public internal(set) var counts = Counts()
  /// Whether `pause()` was called last.
  public private(set) var isPaused = false
  /// Whether it was closed.
  public private(set) var isClosed = false

  /// The descriptors it listens on, one an address; none once it is closed. They stay the listener's: a duplicate may go to
  /// another loop's `listen(adopting:)`, or to another process. libevent: `evconnlistener_get_fd`.
  public var descriptors: [Int32] { isClosed ? [] : sockets.map(\.descriptor) }

  let options: ListenerOptions
  let sockets: [ListeningSocket]
  var shortage = Shortage()

  /// How many connections came to what.
  public struct Counts: Equatable, Sendable {
    /// Handed to `onAccept`.
    public internal(set) var accepted = 0
    /// Closed at once: the system was out of descriptors, or nobody was there to take them.
    public internal(set) var shed = 0
    /// Tries that failed for want of something, or for a reason that the listener does not know.
    public internal(set) var errors = 0
  }

  init(
    base: EventBase, sockets: [ListeningSocket], options: ListenerOptions,
    onAccept: @escaping (BufferEvent, SocketAddress?) -> Void
  ) {
    self.base = base
    self.sockets = sockets
    self.options = options
    self.onAccept = onAccept
    addresses = sockets.map(\.address)
    super.init()
    for socket in sockets { socket.listener = self }
  }

  /// The first of `addresses`.
  public var address: SocketAddress { addresses[0] }

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

  /// Stops listening, gives the descriptors back, and removes the files of Unix sockets where they are still its own. Open
  /// connections go on; those in the kernel's queue are reset. Closing again does nothing. libevent: `evconnlistener_free`.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    onAccept = nil
    onError = nil
    shortage.end()
    for socket in sockets {
      try? base.watch(socket, for: [])
      socket.close()
    }
    let kept = base.stopLingering(self)
    withExtendedLifetime(kept) {}
  }

  /// The base ends.
  override func abandon() { close() }

  /// Starts listening, with the base keeping this alive.
  func start() throws(EventBaseError) {
    shortage.prepare()
    base.lingering[ObjectIdentifier(self)] = self
    do { try watch() } catch {
      close()
      throw error
    }
  }

  /// Whether the next connection is to be taken.
  var isAccepting: Bool { !isClosed && !isPaused && !isFull && !shortage.isWaiting }

  /// Connections that are taken from a socket in one go.
  var acceptBudget: Int { max(options.acceptBudget, 1) }

  var isFull: Bool { options.maximumConnections.map { openConnections >= $0 } ?? false }

  /// Has the loop look at the sockets, or not, as the state says.
  func updateInterest() {
    guard !isClosed else { return }
    do { try watch() } catch { ranShort(error.code, at: address) }
  }

  private func watch() throws(EventBaseError) {
    let wanted: Readiness = isAccepting ? .read : []
    for socket in sockets { try base.watch(socket, for: wanted) }
  }
}

extension Listener: CustomDebugStringConvertible {
  /// Its addresses, what it does, and its counts, in one line.
  public var debugDescription: String {
    let state =
      isClosed
      ? "closed" : isPaused ? "paused" : isFull ? "full" : shortage.isWaiting ? "waits for descriptors" : "listening"
    return "listener at \(addresses.map(\.description).joined(separator: ", ")), \(state): \(openConnections) open, "
      + "\(counts.accepted) accepted, \(counts.shed) shed, \(counts.errors) errors"
  }
}

@available(*, unavailable, message: "a listener stays on its base's thread; reach it through base.handle")
extension Listener: Sendable {}
