import Sluice

/// How far a stream is. Local variables that closures capture would have every access checked at run time.
private final class Progress {
  var at = 0
  var toSend: Int
  var toReceive: Int

  init(_ total: Int) { (toSend, toReceive) = (total, total) }
}

extension Bench {
  nonisolated func stream() throws {
    let base = EventBase()
    let (sender, receiver) = try ends(base, contexts())
    let source = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { source.deallocate() }
    source.initializeMemory(as: UInt8.self, repeating: 0x78)
    try stream(source, from: sender, to: receiver)
  }

  /// Sends `total` bytes of `source`, over and over, in writes of `size`, and copies every byte out at the other end.
  nonisolated func stream(
    _ source: UnsafeMutableRawBufferPointer, from sender: BufferEvent, to receiver: BufferEvent
  ) throws {
    let sink = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)
    sink.initializeMemory(as: UInt8.self, repeating: 0)
    defer { sink.deallocate() }
    let size = self.size
    let progress = Progress(total)
    let fill: (BufferEvent) -> Void = { event in
      while progress.toSend > 0 {
        let step = min(progress.toSend, size)
        if progress.at + step > source.count { progress.at = 0 }
        let outcome = event.write(UnsafeRawBufferPointer(rebasing: source[progress.at..<progress.at + step]))
        progress.at += step
        progress.toSend -= step
        if outcome.room == 0 { break }
      }
      if progress.toSend == 0 { event.finish() }
    }
    sender.onWrite = fill
    sender.writeMarks = Watermarks(low: 128 * 1024, high: 256 * 1024)
    receiver.readMarks = Watermarks(high: 256 * 1024)
    receiver.onEvent = { _, what in if case .error(let error) = what { print("unexpected:", error) } }
    receiver.onRead = { event in
      while case let count = event.read(into: sink), count > 0 { progress.toReceive -= count }
      if progress.toReceive == 0 { event.base.stop() }
    }
    let time = Stopwatch()
    fill(sender)
    try sender.base.run()
    guard progress.toReceive == 0 else {
      throw BenchError(message: "the stream ended early, \(progress.toReceive) bytes short")
    }
    time.report(
      self, "MB_per_s", perSecond: Double(total) / 1e6, "cpu_ns_per_KiB", per: Double(total) / 1024)
  }
}
