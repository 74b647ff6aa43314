/// Turns the bytes of an application into those of the wire, and back: compression, encryption, framing, limits, faults.
///
/// A filter is a value without a loop, a transport or a clock; a test can run it by itself. A buffer event made by
/// `BufferEvent.filtered(by:)` gives it life. Neither method may keep what it is given beyond the call.
///
/// ```swift
/// struct Rot13: Filter {
///   mutating func encode(
///     _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
///   ) throws -> FilterProgress {
///     let bytes = source.read(upTo: context.limit)
///     target.append(bytes.map(rotated))
///     return bytes.isEmpty ? .needsMore : .moved
///   }
///   // decode likewise
/// }
/// ```
///
/// libevent: the two functions and the context of `bufferevent_filter_new`.
public protocol Filter: ~Copyable {
  /// What errors and debug descriptions call it; the name of its type, where it gives none.
  var name: String { get }

  /// Whether it reads `FilterContext.now`. False, where it does not say.
  var usesTime: Bool { get }

  /// Whether `encode` does better with more bytes at a time: then what is written waits until there are 16 KiB of it, or the
  /// loop's round ends, or it is flushed. False, where it does not say.
  var gathersWrites: Bool { get }

  /// Whether `encode` only reads the bytes of its source and drains them, and never moves or shares them into another buffer.
  /// Then large writes are lent to it, where others get a copy. False, where it does not say.
  var onlyReadsSource: Bool { get }

  /// Whether `decode` only adds bytes to the end of its target, and never takes, moves or shares what is in it. Then it may be
  /// given the memory of a large `BufferEvent.read(into:)`, where others write into the input first. False, where it does not
  /// say.
  var onlyAppendsToTarget: Bool { get }

  /// Whether it announces `.connected` itself, when a handshake is done: then what the layers below say of being connected goes
  /// no further. False, where it does not say.
  var hasHandshake: Bool { get }

  /// What the application can reach of it through `BufferEvent.filterHandle(_:)` while it works, such as what a handshake
  /// came to. Debug descriptions show it where it is `CustomStringConvertible`. Asked for once; nil, where it has none.
  var handle: AnyObject? { get }

  /// Called once, when it is put on: the place to send a greeting through `context.reply`. Does nothing, where it is not
  /// given.
  ///
  /// - Throws: what stops the stream, and comes to the event callback.
  mutating func start(_ context: inout FilterContext) throws

  /// Turns application bytes from the front of `source` into wire bytes at the end of `target`.
  ///
  /// It takes what it can use, leaves the rest, and adds no more than `context.limit` bytes. That is one or more; a unit that
  /// has to be whole may pass it, rather than wait for room, of which nothing tells the filter. It is called again while it
  /// returns `.moved` and there is more. When the application finished, it is called with `.finished` in `context.mode` until
  /// `source` is empty and it returns `.ended` or `.needsMore`: the place for trailers. With `.flush`, it gives what it holds
  /// back, and may find `source` empty.
  ///
  /// What it leaves waits in its own layer, to whose write high mark a filter above fills it: to wait with `.needsMore` for
  /// a unit that is longer is an error (`StreamError.Reason.outputFull`). On top of a stack any unit fits, since the application
  /// may write past the mark. A filter that will be woken to give what it has is waited for.
  ///
  /// - Throws: what stops the stream, and comes to the event callback with the filter's name and place.
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress

  /// Turns wire bytes from the front of `source` into application bytes at the end of `target`. Rules as for `encode`; with
  /// `.finished`, `source` holds the last bytes of the input, and `.needsMore` with some of them left is an error: the input
  /// was cut off.
  ///
  /// - Throws: what stops the stream; bytes that were added to `target` before are delivered.
  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress

  /// Called when the time has come that the filter asked for (`FilterContext.wakeSoon`, `wake(at:)`, `wake(after:)`). What
  /// it has for the wire goes to `context.reply`; `decode` and `encode` are called once afterwards, with an empty source too,
  /// to give what the filter held inside itself. Does nothing, where it is not given.
  ///
  /// - Throws: what stops the stream.
  mutating func wake(_ context: inout FilterContext) throws
}

extension Filter where Self: ~Copyable {
  /// The name of the type.
  public var name: String { "\(Self.self)" }
  /// False.
  public var usesTime: Bool { false }
  /// False.
  public var gathersWrites: Bool { false }
  /// False.
  public var onlyReadsSource: Bool { false }
  /// False.
  public var onlyAppendsToTarget: Bool { false }
  /// False.
  public var hasHandshake: Bool { false }
  /// None.
  public var handle: AnyObject? { nil }
  /// Does nothing.
  public mutating func start(_ context: inout FilterContext) throws {}
  /// Does nothing.
  public mutating func wake(_ context: inout FilterContext) throws {}
}
