extension EventBuffer {
  /// What one operation did to a buffer. libevent: `struct evbuffer_cb_info`.
  public struct Change: Equatable, Sendable {
    /// Bytes in the buffer before.
    public let originalCount: Int
    /// Bytes added at either end.
    public let added: Int
    /// Bytes taken from the front.
    public let removed: Int
  }

  mutating func notify(_ change: Change) {}
}

final class BufferWatchers {}
