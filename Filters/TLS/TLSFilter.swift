internal import COpenSSL
public import Sluice

/// TLS, as a filter: what the application writes leaves as records, and records come up as what the other end wrote.
///
/// `BufferEvent.secured` makes one and puts it on. The handshake goes on by itself, whether or not the application
/// reads; `.connected` is told when it is complete, before the first read callback. Small writes of one round of the
/// loop share records: they leave at the round's end, when 16 KiB have gathered, or at a flush. `finish()` sends
/// close_notify behind all data, and reading goes on; the other end's close_notify is `.endOfInput`. A stream that ends
/// without one is an error.
public struct TLSFilter: Filter, ~Copyable {
  /// The connection, as the application sees it.
  public let connection: TLSConnection

  /// Whether the last call to encode left something.
  private var isWaiting = false
  /// Whether a wake is asked for, to encode what waits.
  private var isWakeDue = false
  /// Whether what waits is to leave now, though it fills no record.
  private var isFlushing = false
  /// Wire bytes since the last one that carried something.
  private var emptyBytes = 0

  static var recordSize: Int { 16_384 }
  static var largestFlood: Int { 64 * 1024 }

  init(_ connection: TLSConnection) { self.connection = connection }

  /// A filter for one connection, to be put on an event by itself or inside of another filter; `secured` does this.
  ///
  /// - Throws: as `BufferEvent.secured`, where the host is none, or the role does not fit its context.
  public init(_ role: TLSRole) throws(TLSError) { self.init(try role.makeConnection()) }

  /// "TLS server", or "TLS client".
  public var name: String { connection.isServer ? "TLS server" : "TLS client" }

  /// True: OpenSSL copies what it encrypts.
  public var onlyReadsSource: Bool { true }

  /// True.
  public var hasHandshake: Bool { true }

  /// The connection.
  public var handle: AnyObject? { connection }

  /// Sends the client's first message, and starts the time that the handshake has.
  public mutating func start(_ context: inout FilterContext) throws {
    if connection.isEstablished { return context.announce(.connected) }
    context.needsInput = true
    connection.startTime = .now
    context.wake(after: connection.limits.timeout)
    guard !connection.isServer else { return }
    _ = try connection.shake(nil, &context.reply)
  }

  /// Sends what waits, or says that the handshake took too long.
  public mutating func wake(_ context: inout FilterContext) throws {
    guard connection.isEstablished else { throw TLSError.handshakeTimedOut(connection.limits.timeout) }
    isFlushing = isWaiting
    isWakeDue = false
  }

  /// Makes records.
  public mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let isPushed = isFlushing || context.mode != .normal
    guard source.count >= Self.recordSize || isPushed, connection.isEstablished else {
      guard connection.isEstablished else {
        isWaiting = true
        return .blocked
      }
      if !source.isEmpty { gather(&context) }
      return .needsMore
    }
    connection.willUseBuffers()
    let before = target.count
    let goal = before + context.limit
    while !source.isEmpty {
      guard target.count < goal else { return .moved }
      let length = min(source.count, Self.recordSize)
      guard length == Self.recordSize || isPushed else {
        gather(&context)
        return .needsMore
      }
      try connection.write(length, from: &source, to: &target)
    }
    isFlushing = false
    isWaiting = false
    guard context.mode == .finished else { return target.count > before ? .moved : .needsMore }
    connection.sendCloseNotify(&target)
    return .ended
  }

  /// Leaves small writes where they are until the loop's round ends.
  @inline(__always) private mutating func gather(_ context: inout FilterContext) {
    isWaiting = true
    guard !isWakeDue else { return }
    isWakeDue = true
    context.wakeSoon()
  }

  /// Opens records.
  public mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard connection.isEstablished else { return try shake(&source, &context) }
    let before = source.count
    guard before > 0 else { return try ended(context.mode) }
    connection.willUseBuffers()
    let goal = target.count + context.limit
    let isOpen = try connection.open(&source, &target, &context.reply, goal, &emptyBytes)
    if !isOpen { return .ended }
    if emptyBytes > Self.largestFlood { throw TLSError.flood(Self.largestFlood) }
    return .moved
  }

  private mutating func shake(_ source: inout EventBuffer, _ context: inout FilterContext) throws -> FilterProgress {
    let before = source.count
    if before == 0, context.mode == .finished { throw TLSError.closedDuringHandshake }
    guard try connection.shake(&source, &context.reply) else { return source.count < before ? .moved : .needsMore }
    context.needsInput = false
    context.cancelWake()
    context.announce(.connected)
    // What was written meanwhile, and the end of it, waits for this.
    if isWaiting { gather(&context) }
    return source.count < before ? .moved : .needsMore
  }

  /// The wire has ended, and no close_notify came.
  private func ended(_ mode: FlushMode) throws -> FilterProgress {
    guard mode == .finished else { return .needsMore }
    guard connection.limits.allowsDirtyShutdown else { throw TLSError.truncated }
    return .ended
  }
}
