/// The listeners of a group's loops, as one. Made by `LoopGroup.listen`. Any thread may use it.
///
/// The loops keep the listeners until this is closed, or the group stops; dropping this closes nothing.
public final class GroupListener: Sendable {
  /// The addresses it listens at, in the order in which they were given, each with the port that the system chose where 0 was
  /// asked for.
  public let addresses: [SocketAddress]
  private let loops: [LoopThread]
  private let number: UInt64

  init(_ loops: [LoopThread], number: UInt64, addresses: [SocketAddress]) {
    self.loops = loops
    self.number = number
    self.addresses = addresses
  }

  /// Has every loop take no connections until `resume()`; they wait in the kernel's queues. Returns at once.
  public func pause() { onEach { $0.pause() } }

  /// Has every loop go on. Returns at once.
  public func resume() { onEach { $0.resume() } }

  /// Has every loop stop listening, and give its descriptors back. Open connections go on. Returns at once; closing again does
  /// nothing.
  public func close() {
    onEach { $0.close() }
    for loop in loops {
      loop.execute { [number] base in GroupTable.of(base).listeners[number] = nil }
    }
  }

  /// How many connections are open on each loop, in the order of the group's loops; 0 for one that has stopped.
  public func openConnections() async -> [Int] { await each(0) { $0 + $1.openConnections } }

  /// What became of connections on each loop so far, in the order of the group's loops; nothing for one that has stopped.
  public func counts() async -> [Listener.Counts] {
    await each(Listener.Counts()) { sum, listener in
      var sum = sum
      sum.accepted += listener.counts.accepted
      sum.shed += listener.counts.shed
      sum.errors += listener.counts.errors
      return sum
    }
  }

  private func each<T: Sendable>(_ none: T, _ add: @escaping @Sendable (T, Listener) -> T) async -> [T] {
    var results: [T] = []
    for loop in loops {
      let result = try? await loop.run { [number] base in
        (GroupTable.of(base).listeners[number] ?? []).reduce(none, add)
      }
      results.append(result ?? none)
    }
    return results
  }

  private func onEach(_ body: @escaping @Sendable (Listener) -> Void) {
    for loop in loops {
      loop.execute { [number] base in
        for listener in GroupTable.of(base).listeners[number] ?? [] { body(listener) }
      }
    }
  }
}
