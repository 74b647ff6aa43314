/// What a call of a filter came to. libevent: `enum bufferevent_filter_result`, without its error, which is thrown.
public enum Progress: Sendable, Equatable {
  /// Bytes were taken or given; the filter is called again while there is something to do. To say this without taking or
  /// giving anything is an error that stops the stream.
  case moved
  /// Nothing more can be done before more bytes come. libevent: `BEV_NEED_MORE`.
  case needsMore
  /// Nothing more can be done before the filter is woken, or the other direction moves.
  case blocked
  /// This direction has ended, in the filter's own protocol: nothing follows.
  case ended
}

/// A filter in its place in a stack, whatever its type: what `BufferEvent` knows of filters.
class Stage {
  let name: String
  let usesTime: Bool
  let handle: AnyObject?
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  final var context: FilterContext

  init(name: String, usesTime: Bool, handle: AnyObject?, pool: SegmentPool.Pointer) {
    self.name = name
    self.usesTime = usesTime
    self.handle = handle
    context = FilterContext(pool: pool)
  }

  func start() throws {}
  func encode(_ source: inout EventBuffer, into target: inout EventBuffer) throws -> Progress { .ended }
  func decode(_ source: inout EventBuffer, into target: inout EventBuffer) throws -> Progress { .ended }
  func wake() throws {}
}
