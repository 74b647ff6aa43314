/// What a call of a filter came to. libevent: `enum bufferevent_filter_result`, without its error, which is thrown.
public enum FilterProgress: Sendable, Equatable {
  /// Bytes were taken or given; the filter is called again while there is something to do. To say this without taking or
  /// giving anything is an error that stops the stream.
  case moved
  /// Nothing more can be done before more bytes come. libevent: `BEV_NEED_MORE`. Where they cannot come, since a unit is
  /// longer than a layer may hold, the stream fails: for `decode` as `StreamError.Reason.inputFull`, with the high mark of the
  /// layer below; for `encode` as `outputFull`, with that of the filter's own layer, where another filter is on top of it.
  case needsMore
  /// Nothing more can be done before the filter is woken, or the other direction moves: then it is called again, even with
  /// an empty source, since it may hold bytes inside itself.
  case blocked
  /// This direction has ended, in the filter's own protocol: nothing follows. From `encode`, before the application
  /// finished, or before all that it wrote was taken: the end leaves behind what the target holds, the application is told
  /// `.endOfOutput`, and what still waits is dropped.
  case ended
}

/// A filter in its place in a stack, whatever its type: what `BufferEvent` knows of filters.
///
/// The two calls of the hot path are functions that the module of the filter's type specialises, not methods of a generic
/// class, which would find the filter's methods anew on each hop.
@usableFromInline
class Stage {
  @usableFromInline
  typealias Call = (Stage, inout EventBuffer, inout EventBuffer) throws -> FilterProgress

  // The order of the fields is that of their size, as in the context: there may be many idle filters.

  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  @usableFromInline
  final var context: FilterContext
  /// What the filter says of itself.
  final let traits: Traits
  /// What the host remembers of the filter between calls; nothing, as a rule.
  final var state = State()
  /// The filter gave a turn's worth, and has more: it goes on when that was taken on.
  final var decodesOn = false
  /// What the filter holds back, as the events around it were told.
  final var readHold = Suspension()
  final var writeHold = Suspension()
  final let handle: AnyObject?
  private final let encodeCall: Call
  private final let decodeCall: Call

  @usableFromInline
  init(
    traits: Traits, handle: AnyObject?, base: EventBase, encode: @escaping Call, decode: @escaping Call
  ) {
    self.traits = traits
    self.handle = handle
    context = FilterContext(pool: base.pool)
    context.mayLeaveMore = traits.contains(.gathersWrites)
    encodeCall = encode
    decodeCall = decode
  }

  @inline(__always) final func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer
  ) throws -> FilterProgress {
    try encodeCall(self, &source, &target)
  }

  @inline(__always) final func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer
  ) throws -> FilterProgress {
    try decodeCall(self, &source, &target)
  }

  @usableFromInline
  struct Traits: OptionSet {
    @usableFromInline let rawValue: UInt8

    @usableFromInline
    init(rawValue: UInt8) { self.rawValue = rawValue }

    @usableFromInline static var usesTime: Traits { Traits(rawValue: 1) }
    @usableFromInline static var gathersWrites: Traits { Traits(rawValue: 2) }
    @usableFromInline static var onlyReadsSource: Traits { Traits(rawValue: 4) }
    @usableFromInline static var onlyAppendsToTarget: Traits { Traits(rawValue: 8) }
    @usableFromInline static var hasHandshake: Traits { Traits(rawValue: 16) }

    @inline(__always) func intersects(_ other: Traits) -> Bool { rawValue & other.rawValue != 0 }

    @inlinable
    init<F: Filter & ~Copyable>(of filter: borrowing F) {
      self = []
      if filter.usesTime { insert(.usesTime) }
      if filter.gathersWrites { insert(.gathersWrites) }
      if filter.onlyReadsSource { insert(.onlyReadsSource) }
      if filter.onlyAppendsToTarget { insert(.onlyAppendsToTarget) }
      if filter.hasHandshake { insert(.hasHandshake) }
    }
  }

  struct State: OptionSet {
    let rawValue: UInt8

    // The filter returned `.blocked`: it is called again when the other direction moved.
    static let encodeBlocked = State(rawValue: 1)
    static let decodeBlocked = State(rawValue: 2)
    // It was woken, or blocked, or filled the room it had: it is called with an empty source too.
    static let owesEncode = State(rawValue: 4)
    static let owesDecode = State(rawValue: 8)
    /// Its replies fill the layer below: nothing is decoded before they have left.
    static let drowning = State(rawValue: 16)
    /// It waits for more to encode, and what it has goes nowhere before that comes.
    static let encodeWaits = State(rawValue: 32)
    /// It did so when its layer was at the mark.
    static let encodeFull = State(rawValue: 64)
  }

  /// What blocked the filter may be over: it is called again, since it may hold bytes inside itself.
  final func goOn() {
    if state.contains(.encodeBlocked) { state.insert(.owesEncode) }
    if state.contains(.decodeBlocked) { state.insert(.owesDecode) }
    state.subtract([.encodeBlocked, .decodeBlocked])
  }

  /// What the filter is called. It is asked itself, so not while it runs.
  @usableFromInline var name: String { "" }
  /// The name of its type, which can be told at any time.
  @usableFromInline var typeName: String { "" }

  @usableFromInline func start() throws {}
  @usableFromInline func wake() throws {}
}
