/// What a call of a filter came to. libevent: `enum bufferevent_filter_result`, without its error, which is thrown.
public enum Progress: Sendable, Equatable {
  /// Bytes were taken or given; the filter is called again while there is something to do. To say this without taking or
  /// giving anything is an error that stops the stream.
  case moved
  /// Nothing more can be done before more bytes come. libevent: `BEV_NEED_MORE`.
  case needsMore
  /// Nothing more can be done before the filter is woken, or the other direction moves: then it is called again, even with
  /// an empty source, since it may hold bytes inside itself.
  case blocked
  /// This direction has ended, in the filter's own protocol: nothing follows.
  case ended
}

/// A filter in its place in a stack, whatever its type: what `BufferEvent` knows of filters.
class Stage {
  let name: String
  let usesTime: Bool
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  final var context: FilterContext

  /// What the host remembers between calls; nothing, on the usual path, which asks for all of it at once.
  final var memory = StageMemory()

  init(name: String, usesTime: Bool, pool: SegmentPool.Pointer) {
    self.name = name
    self.usesTime = usesTime
    context = FilterContext(pool: pool)
  }

  /// What blocked the filter may be over: it is called again, since it may hold bytes inside itself.
  final func goOn() {
    if memory.contains(.encodeBlocked) { memory.insert(.owesEncode) }
    if memory.contains(.decodeBlocked) { memory.insert(.owesDecode) }
    memory.subtract([.encodeBlocked, .decodeBlocked])
  }

  /// Takes a note off; true where it was there.
  @inline(__always) final func takes(_ note: StageMemory) -> Bool {
    if memory.isEmpty { return false }
    return memory.remove(note) != nil
  }

  func start() throws {}
  func encode(_ source: inout EventBuffer, into target: inout EventBuffer) throws -> Progress { .ended }
  func decode(_ source: inout EventBuffer, into target: inout EventBuffer) throws -> Progress { .ended }
  func wake() throws {}
}

/// What the host of a filter remembers of it between calls.
struct StageMemory: OptionSet {
  let rawValue: UInt8

  /// The filter returned `.blocked`: it is called when the other direction moved.
  static let encodeBlocked = StageMemory(rawValue: 1)
  static let decodeBlocked = StageMemory(rawValue: 2)
  /// It was woken, or blocked, or filled the room it had: it is called with an empty source too.
  static let owesEncode = StageMemory(rawValue: 4)
  static let owesDecode = StageMemory(rawValue: 8)
  /// Its replies fill the layer below: nothing is decoded before they have left.
  static let drowning = StageMemory(rawValue: 16)
}
