/// Something with a descriptor that a base watches: a socket, a listener, a mailbox.
///
/// The base keeps it alive while it is watched for anything.
public class Watched {
  final let descriptor: Int32
  /// What the base watches it for.
  fileprivate(set) final var wanted: Readiness = []
  fileprivate final var token: UInt64 = 0

  /// Whether the loop goes on for its sake; false for what waits beside the work, as mail and signals do.
  fileprivate final let keepsRunning: Bool

  init(descriptor: Int32, keepsRunning: Bool = true) {
    self.descriptor = descriptor
    self.keepsRunning = keepsRunning
  }

  /// The descriptor is ready. Called from the loop, with no user code below it on the stack.
  func isReady(_ readiness: Readiness) {}

  /// The base ends, and watches no more: gives the descriptor back, where it is this one's own.
  func abandon() {}
}

/// The descriptors of a base: who is watched, and for what.
///
/// Tokens hold a descriptor and the number of its registration, so that what the kernel tells of a descriptor that was
/// closed, and whose number was given out again in the same round, is told to nobody.
struct WatchList {
  private var entries: [Int32: Watched] = [:]
  private var registrations: UInt32 = 0
  var poller: (any Poller)?

  /// Whether anything is watched.
  var isEmpty: Bool { entries.isEmpty }
  /// What keeps the loop running.
  private(set) var runningCount = 0

  mutating func set(_ watched: Watched, for wanted: Readiness) throws(EventBaseError) {
    guard wanted != watched.wanted, let poller else { return }
    if watched.wanted.isEmpty {
      registrations &+= 1
      watched.token = UInt64(registrations) << 32 | UInt64(UInt32(bitPattern: watched.descriptor))
    }
    try poller.watch(watched.descriptor, for: wanted, was: watched.wanted, token: watched.token)
    if watched.keepsRunning, watched.wanted.isEmpty != wanted.isEmpty { runningCount += wanted.isEmpty ? -1 : 1 }
    watched.wanted = wanted
    entries[watched.descriptor] = wanted.isEmpty ? nil : watched
  }

  /// Watches nothing any more, and tells who was watched.
  mutating func removeAll() -> [Watched] {
    let all = Array(entries.values)
    for watched in all { try? set(watched, for: []) }
    entries = [:]
    return all
  }

  func find(_ token: UInt64) -> Watched? {
    guard let watched = entries[Int32(bitPattern: UInt32(truncatingIfNeeded: token))], watched.token == token else {
      return nil
    }
    return watched
  }
}

extension EventBase {
  /// Has `watched` told when it is ready for `wanted`; nothing ends it. Makes a system call only where something changes.
  func watch(_ watched: Watched, for wanted: Readiness) throws(EventBaseError) {
    if watchList.poller == nil { watchList.poller = try makePoller() }
    try watchList.set(watched, for: wanted)
  }

  private func makePoller() throws(EventBaseError) -> any Poller {
    #if os(Linux)
      if pollerKind == .automatic { return try EpollPoller() }
    #endif
    return PollPoller()
  }

  /// Waits for descriptors, and tells those that are ready.
  func poll(nanoseconds: Int64) throws(EventBaseError) {
    guard let poller = watchList.poller else { return }
    try poller.wait(nanoseconds: nanoseconds) { token, readiness in
      watchList.find(token)?.isReady(readiness)
    }
  }
}
