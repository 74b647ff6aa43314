import Glibc
import Sluice

extension Bench {
  /// Holds `count` connections with both of their ends in this process, each after one round trip, and looks on while nothing
  /// happens.
  nonisolated func idleSockets() throws {
    try allowDescriptors(2 * count + 64)
    let base = EventBase()
    let block = [UInt8](repeating: 0x78, count: size)
    let size = size
    let listener = try base.listen(at: .loopback()) { event, _ in
      event.onRead = { if $0.inputCount >= size { $0.write(&$0.input) } }
    }
    var answers = 0
    var held: [BufferEvent] = []
    held.reserveCapacity(count)
    let onAnswer: (BufferEvent) -> Void = { event in
      guard event.inputCount >= size else { return }
      event.input.drain()
      answers += 1
    }
    let onEvent: (BufferEvent, StreamEvent) -> Void = { _, event in
      if case .connected = event { return }
      print("unexpected:", event)
    }
    let before = residentBytes()
    while held.count < count {
      // No more at a time than the listener's queue holds.
      for _ in 0..<min(500, count - held.count) {
        let event = base.connect(to: listener.address)
        event.onRead = onAnswer
        event.onEvent = onEvent
        event.write(block)
        held.append(event)
      }
      while answers < held.count { try base.runOnce() }
    }
    try base.runUntilIdle()
    let bytes = residentBytes() - before
    let rounds = base.rounds
    let watch = Stopwatch()
    try base.run(for: .seconds(seconds))
    let idle = base.rounds - rounds
    report([
      ("connections", Double(listener.openConnections)), ("bytes_per_connection", Double(bytes) / Double(count)),
      ("bytes_per_end", Double(bytes) / Double(2 * count)), ("idle_seconds", seconds), ("idle_rounds", Double(idle)),
      ("idle_processor_ppm", watch.processorShare * 1e6),
    ])
    withExtendedLifetime(held) {}
  }

  /// Raises the process's limit of open descriptors as far as it may.
  private nonisolated func allowDescriptors(_ needed: Int) throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    if limit.rlim_cur >= needed { return }
    guard limit.rlim_max >= needed else {
      throw BenchError(
        message: "\(count) connections with both ends need \(needed) descriptors, and the limit is \(limit.rlim_max): "
          + "raise it (ulimit -Hn), or take a smaller --count")
    }
    limit.rlim_cur = rlim_t(needed)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
