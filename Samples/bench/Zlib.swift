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
    defer { source.deallocate() }
    try stream(source, from: sender, to: receiver)
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
