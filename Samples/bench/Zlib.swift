import Glibc
import Sluice
import SluiceCompression

extension Bench {
  /// Streams a file, over and over, through gzip one way. One direction only is coded at each end, as with the peers.
  nonisolated func zlibStream() throws {
    let base = EventBase()
    let (left, right) = base.pair()
    var sending = Compression.gzip(level: level)
    sending.directions = .write
    var receiving = Compression.gzip()
    receiving.directions = .read
    let sender = try left.compressed(sending)
    let receiver = try right.compressed(receiving)
    let source = try payloadBytes()
    let sink = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    sink.initializeMemory(as: UInt8.self, repeating: 0)
    defer {
      source.deallocate()
      sink.deallocate()
    }
    let size = self.size
    var at = 0
    var toSend = total
    var toReceive = total
    func fill(_ event: BufferEvent) {
      while toSend > 0 {
        let step = min(toSend, size)
        if at + step > source.count { at = 0 }
        let outcome = event.write(UnsafeRawBufferPointer(rebasing: source[at..<at + step]))
        at += step
        toSend -= step
        if outcome.room == 0 { break }
      }
      if toSend == 0 { event.finish() }
    }
    sender.onWrite = fill
    sender.writeMarks = Watermarks(low: 128 * 1024, high: 256 * 1024)
    receiver.readMarks = Watermarks(high: 256 * 1024)
    receiver.onEvent = { event, what in if case .error(let error) = what { print("unexpected:", error) } }
    receiver.onRead = { event in
      while true {
        let got = event.read(into: sink)
        if got == 0 { break }
        toReceive -= got
      }
      if toReceive == 0 { event.base.stop() }
    }
    let time = Stopwatch()
    fill(sender)
    try base.run()
    guard toReceive == 0 else { throw BenchError(message: "the stream ended early, \(toReceive) bytes short") }
    time.report(
      self, "MB_per_s", perSecond: Double(total) / 1e6, "cpu_ns_per_KiB", per: Double(total) / 1024)
  }

  /// The file that `--payload` names, or text that repeats.
  nonisolated private func payloadBytes() throws -> UnsafeMutableRawBufferPointer {
    guard let payload else {
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1 << 20), alignment: 16)
      for place in bytes.indices { bytes[place] = UInt8(truncatingIfNeeded: place &* place >> 7) }
      return bytes
    }
    guard let file = fopen(payload, "r") else { throw BenchError(message: "\(payload) cannot be read") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let length = ftell(file)
    rewind(file)
    guard length >= size else { throw BenchError(message: "\(payload) is shorter than a write") }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
    guard fread(bytes.baseAddress, 1, length, file) == length else {
      throw BenchError(message: "\(payload) cannot be read")
    }
    return bytes
  }
}
