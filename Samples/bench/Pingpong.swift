import Sluice

/// Trips that are left.
private final class Progress {
  var left: Int

  init(_ left: Int) { self.left = left }
}

extension Bench {
  nonisolated func pingpong() throws {
    let base = EventBase()
    let (ping, pong) = try ends(base, contexts())
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    block.initializeMemory(as: UInt8.self, repeating: 0x78)
    defer { block.deallocate() }
    let size = self.size
    let progress = Progress(count / 10 + 1)
    ping.onRead = { event in
      guard event.inputCount >= size else { return }
      event.read(into: block)
      progress.left -= 1
      if progress.left == 0 { return event.base.stop() }
      event.write(UnsafeRawBufferPointer(block))
    }
    pong.onRead = { event in event.write(&event.input) }
    ping.onEvent = { _, event in
      if case .connected = event { return }
      print("unexpected:", event)
    }
    ping.write(UnsafeRawBufferPointer(block))
    try base.run()
    progress.left = count
    ping.write(UnsafeRawBufferPointer(block))
    let time = Stopwatch()
    try base.run()
    time.report(
      self, "round_trips_per_s", perSecond: Double(count), "cpu_ns_per_round_trip", per: Double(count))
  }
}
