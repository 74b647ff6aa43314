import Testing

@testable import Sluice

/// What the segments of a test's buffer are made of.
enum Ground: CaseIterable, Sendable {
  /// Segments of the buffer's own, with room behind what they hold.
  case own
  /// Foreign memory.
  case borrowed
}

/// A buffer with one segment for each piece, wherever its bytes would have gone otherwise.
func segmented(_ pieces: [String], _ ground: Ground = .own, pool: SegmentPool.Pointer? = nil) -> EventBuffer {
  var buffer = EventBuffer(pool: pool)
  for piece in pieces where !piece.isEmpty { link([UInt8](piece.utf8), ground, to: &buffer) }
  return buffer
}

func link(_ bytes: [UInt8], _ ground: Ground, to buffer: inout EventBuffer) {
  if ground == .borrowed { return adopt(bytes, into: &buffer) }
  let segment = buffer.take(holding: bytes.count)
  UnsafeMutableRawBufferPointer(start: segment.pointee.storage, count: bytes.count).copyBytes(from: bytes)
  segment.pointee.end = bytes.count
  buffer.link(segment)
  buffer.count += bytes.count
}

/// Appends a copy of `bytes` as foreign memory.
func adopt(_ bytes: [UInt8], into buffer: inout EventBuffer, cleanUp: @escaping () -> Void = {}) {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
  memory.copyBytes(from: bytes)
  do {
    try buffer.append(foreign: UnsafeRawBufferPointer(memory)) {
      memory.deallocate()
      cleanUp()
    }
  } catch {
    memory.deallocate()
    Issue.record(error)
  }
}

/// Runs `body` with a pool, and checks that its buffers have given everything back.
func withPool(_ body: (SegmentPool.Pointer) throws -> Void) rethrows {
  let pool = SegmentPool.make()
  defer { SegmentPool.release(pool) }
  try body(pool)
  #expect(pool.pointee.taken == pool.pointee.returned)
}

/// Has every buffer check itself after each change that `body` makes, in debug builds.
func checkingInvariants<Result>(_ body: () throws -> Result) rethrows -> Result {
  #if DEBUG
    try BufferChecks.$areOn.withValue(true) { try body() }
  #else
    try body()
  #endif
}

/// Counts calls, for closures.
final class Counter {
  var value = 0
}

extension EventBuffer {
  /// The bytes that the buffer's own segments have allocated for contents.
  var allocated: Int {
    var sum = 0
    var next = head
    while let segment = next {
      sum += segment.pointee.capacity
      next = segment.pointee.next
    }
    return sum
  }
}

func pattern(_ count: Int, seed: UInt8 = 0) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) &+ seed } }
