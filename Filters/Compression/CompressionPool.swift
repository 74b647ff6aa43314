public import Sluice

/// Streams of zlib that wait to be used again, and a bound on all of them.
///
/// A stream that compresses costs 256 KiB and one that decompresses 39 KiB with zlib's usual settings, so that making them
/// anew for short connections costs more than compressing. A filter takes its streams when the first byte needs them, and
/// gives them back when its direction has ended, or when it goes; an idle connection has none until then.
///
/// A pool stays on one thread. `BufferEvent.compressed(_:)` uses the one that the event's base has; `limit` and `keeping` of
/// that one can be set through `EventBase.compressionPool`.
public final class CompressionPool {
  /// The most bytes that idle streams may keep; those that were given back first go first. 8 MiB where nothing is said.
  public var keeping: Int { didSet { evict(to: keeping) } }
  /// The most bytes that all streams of the pool may take; nil for any number. A filter that needs one more than that stops
  /// its stream with `CompressionError.Fault.tooManyStreams`.
  public var limit: Int?
  /// Bytes of idle streams.
  public private(set) var idleBytes = 0
  /// Bytes of streams that filters use now.
  public private(set) var usedBytes = 0
  /// Streams that were made.
  public private(set) var made = 0
  /// How often a filter got a stream that another had used.
  public private(set) var reused = 0

  private var idle: [ZStream] = []

  /// A pool of its own. Allocates no stream.
  public init(keeping: Int = 8 << 20, limit: Int? = nil) {
    self.keeping = keeping
    self.limit = limit
  }

  /// Gives all idle streams back to the system.
  public func drain() { evict(to: 0) }

  /// A stream as new. O(idle streams) at most.
  func take(_ key: ZStream.Key) throws(CompressionError) -> ZStream {
    if let limit, usedBytes + key.bytes > limit { throw CompressionError(.tooManyStreams(limit: limit), offset: 0) }
    if let place = idle.lastIndex(where: { $0.key == key }) {
      let stream = idle.remove(at: place)
      idleBytes -= key.bytes
      try stream.reset()
      usedBytes += key.bytes
      reused += 1
      return stream
    }
    if let limit { evict(to: limit - usedBytes - key.bytes) }
    let stream = try ZStream(key)
    usedBytes += key.bytes
    made += 1
    return stream
  }

  func give(_ stream: ZStream) {
    usedBytes -= stream.key.bytes
    idle.append(stream)
    idleBytes += stream.key.bytes
    evict(to: keeping)
  }

  private func evict(to bytes: Int) {
    var gone = 0
    while idleBytes > bytes, gone < idle.count {
      idleBytes -= idle[gone].key.bytes
      gone += 1
    }
    idle.removeFirst(gone)
  }
}

@available(*, unavailable, message: "a pool stays on its thread; give each base its own")
extension CompressionPool: Sendable {}

extension EventBase {
  /// The pool that all compressed events of this base share; made when it is first asked for.
  public var compressionPool: CompressionPool { shared { CompressionPool() } }
}
