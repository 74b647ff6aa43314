import CZlib
import Sluice

/// A stream of zlib, at an address that stays, which zlib asks for.
final class ZStream {
  /// What a stream was made for: only an equal one can take its place.
  struct Key: Equatable {
    /// nil where it decompresses.
    var level: Int32?
    var windowBits: Int32
    var memoryLevel: Int32 = 0
    var strategy: Int32 = 0

    /// What zlib allocates, roughly.
    var bytes: Int {
      guard level != nil else { return (32 << 10) + 7_168 }
      let window = windowBits < 0 ? -Int(windowBits) : Int(windowBits) % 16
      return (1 << (window + 2)) + (1 << (Int(memoryLevel) + 9)) + 6_144
    }
  }

  let key: Key
  let z: UnsafeMutablePointer<z_stream>

  init(_ key: Key) throws(CompressionError) {
    self.key = key
    z = .allocate(capacity: 1)
    z.initialize(to: z_stream())
    let status =
      if let level = key.level {
        sluice_deflate_init(z, level, key.windowBits, key.memoryLevel, key.strategy)
      } else {
        sluice_inflate_init(z, key.windowBits)
      }
    // From here on the deinit gives everything back, for a stream that was never set up too.
    guard status == Z_OK else { throw ZStream.refusal(status, offset: 0) }
  }

  deinit {
    _ = key.level == nil ? inflateEnd(z) : deflateEnd(z)
    z.deallocate()
  }

  /// Makes the stream as new, without giving its memory back.
  func reset() throws(CompressionError) {
    let status = key.level == nil ? inflateReset(z) : deflateReset(z)
    guard status == Z_OK else { throw ZStream.refusal(status, offset: 0) }
  }

  static func refusal(_ status: Int32, offset: Int) -> CompressionError {
    CompressionError(status == Z_MEM_ERROR ? .outOfMemory : .refusedByLibrary(status: Int(status)), offset: offset)
  }

  /// What a call of zlib came to.
  struct Outcome {
    var status = Z_OK
    /// Bytes of the input that were used.
    var taken = 0
    /// Bytes that joined the target.
    var given = 0
  }

  /// Calls zlib once: it reads `input`, and writes straight into the tail of `target`, up to `room` bytes.
  /// A new segment has `hint` bytes or more.
  @inline(__always) func run(
    _ input: UnsafeRawBufferPointer, into target: inout EventBuffer, upTo room: Int, hint: Int, _ flush: Int32
  ) throws -> Outcome {
    var outcome = Outcome()
    let length = min(input.count, 1 << 30)
    outcome.given = try target.withRoom(atLeast: min(hint, room)) { area in
      let space = min(area.count, room, 1 << 30)
      z.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      z.pointee.avail_in = UInt32(truncatingIfNeeded: length)
      z.pointee.next_out = area.baseAddress?.assumingMemoryBound(to: UInt8.self)
      z.pointee.avail_out = UInt32(truncatingIfNeeded: space)
      outcome.status = key.level == nil ? inflate(z, flush) : deflate(z, flush)
      outcome.taken = length - Int(z.pointee.avail_in)
      return space - Int(z.pointee.avail_out)
    }
    return outcome
  }
}

extension Compression {
  /// zlib's way to name a format: in the window bits.
  private func bits(_ window: Int) -> Int32 {
    switch format {
    case .gzip: Int32(truncatingIfNeeded: window + 16)
    case .zlib: Int32(truncatingIfNeeded: window)
    case .raw: Int32(truncatingIfNeeded: -window)
    }
  }

  var deflateKey: ZStream.Key {
    let strategies: Int32 =
      switch strategy {
      case .standard: Z_DEFAULT_STRATEGY
      case .filtered: Z_FILTERED
      case .huffmanOnly: Z_HUFFMAN_ONLY
      case .runLength: Z_RLE
      case .fixedCodes: Z_FIXED
      }
    return ZStream.Key(
      level: Int32(truncatingIfNeeded: level), windowBits: bits(windowBits),
      memoryLevel: Int32(truncatingIfNeeded: memoryLevel), strategy: strategies)
  }

  /// With the widest window, so that any sender's is accepted.
  var inflateKey: ZStream.Key { ZStream.Key(level: nil, windowBits: bits(15)) }
}
