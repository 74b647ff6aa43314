import CSluiceSystem

/// The descriptors of a base: who is watched, and for what. A table with a place for each descriptor up to the highest.
///
/// Tokens hold a descriptor and the number of its registration, so that what the kernel tells of a descriptor that was
/// closed, and whose number was given out again in the same round, is told to nobody.
final class WatchList {
  private var table = UnsafeMutableBufferPointer<Unmanaged<Watched>?>(start: nil, count: 0)
  private var count = 0
  private var registrations: UInt32 = 0
  private var poller: (any Poller)?

  /// Whether anything is watched.
  var isEmpty: Bool { count == 0 }
  /// What keeps the loop running.
  private(set) var runningCount = 0

  deinit {
    for entry in table { entry?.release() }
    table.deallocate()
  }

  func set(_ watched: Watched, for wanted: Readiness, kind: PollerKind) throws(EventBaseError) {
    let poller = if let poller { poller } else { try makePoller(kind) }
    let place = Int(watched.descriptor)
    if watched.wanted.isEmpty {
      registrations &+= 1
      watched.token = UInt64(registrations) << 32 | UInt64(UInt32(bitPattern: watched.descriptor))
    } else if find(watched.token) == nil {
      // Somebody closed the descriptor, and its number is another's by now.
      watched.wanted = []
      return
    }
    do {
      try poller.watch(watched.descriptor, for: wanted, was: watched.wanted, token: watched.token)
    } catch {
      // One that somebody else closed is off the poller's list already.
      guard wanted.isEmpty else { throw error }
    }
    if watched.wanted.isEmpty {
      enter(watched, at: place)
    } else if wanted.isEmpty {
      remove(watched, at: place)
    }
    watched.wanted = wanted
  }

  private func enter(_ watched: Watched, at place: Int) {
    if place >= table.count { grow(beyond: place) }
    if let earlier = table[place] { earlier._withUnsafeGuaranteedRef { remove($0, at: place) } }
    table[place] = .passRetained(watched)
    count += 1
    if watched.keepsRunning { runningCount += 1 }
  }

  /// The caller keeps `watched` alive.
  private func remove(_ watched: Watched, at place: Int) {
    count -= 1
    if watched.keepsRunning { runningCount -= 1 }
    table[place]?.release()
    table[place] = nil
  }

  private func grow(beyond place: Int) {
    let larger = UnsafeMutableBufferPointer<Unmanaged<Watched>?>.allocate(capacity: max(place + 1, table.count * 2, 64))
    larger.initialize(repeating: nil)
    for (index, entry) in table.enumerated() { larger[index] = entry }
    table.deallocate()
    table = larger
  }

  /// Watches nothing any more, and tells who was watched.
  func removeAll() -> [Watched] {
    let all = table.compactMap { $0?.takeUnretainedValue() }
    for watched in all { try? set(watched, for: [], kind: .automatic) }
    return all
  }

  /// Who a token is about; nil where that is watched no more.
  @inline(__always) func find(_ token: UInt64) -> Watched? {
    let place = Int(UInt32(truncatingIfNeeded: token))
    guard place < table.count, let entry = table[place] else { return nil }
    let watched = entry.takeUnretainedValue()
    return watched.token == token ? watched : nil
  }

  /// Waits for descriptors. What it returns is good until the next call.
  func wait(nanoseconds: Int64) throws(EventBaseError) -> UnsafeBufferPointer<sluice_ready> {
    guard let poller else { return UnsafeBufferPointer(start: nil, count: 0) }
    return try poller.wait(nanoseconds: nanoseconds)
  }

  private func makePoller(_ kind: PollerKind) throws(EventBaseError) -> any Poller {
    #if os(Linux)
      let made: any Poller = kind == .automatic ? try EpollPoller() : PollPoller()
    #else
      let made: any Poller = PollPoller()
    #endif
    poller = made
    return made
  }
}
