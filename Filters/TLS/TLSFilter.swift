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

  /// Wire bytes since the last one that carried something.
  private var emptyBytes = 0

  private enum Closing { case open, waits, waited }
  private var closing = Closing.open

  static var recordSize: Int { 16_384 }
  /// What a record takes on the wire besides its contents, at most, with the ciphers that are spoken.
  static var recordOverhead: Int { 64 }
  static var largestFlood: Int { 64 * 1024 }

  init(_ connection: TLSConnection) { self.connection = connection }

  /// A filter for one connection, to be put on an event by itself or inside of another filter; `secured` does this.
  ///
  /// - Throws: as `BufferEvent.secured`, where the host is none, or the role does not fit its context.
  public init(_ role: TLSRole) throws(TLSError) { self.init(try role.makeConnection()) }

  /// "TLS server", or "TLS client".
  public var name: String { connection.isServer ? "TLS server" : "TLS client" }

  /// True: small writes share records.
  public var gathersWrites: Bool { true }

  /// True: OpenSSL copies what it encrypts.
  public var onlyReadsSource: Bool { true }

  /// True: OpenSSL copies what it decrypts.
  public var onlyAppendsToTarget: Bool { true }

  /// True.
  public var hasHandshake: Bool { true }

  /// The connection.
  public var handle: AnyObject? { connection }

  /// Sends the client's first message, and starts the time that the handshake has.
  public mutating func start(_ context: inout FilterContext) throws {
    if connection.isEstablished {
      context.announce(.connected)
      // What an `SSL` has read before it came here waits for no more bytes.
      if connection.holdsInput { context.wakeSoon() }
      return
    }
    context.needsInput = true
    connection.startTime = .now
    context.wake(after: connection.limits.timeout)
    guard !connection.isServer else { return }
    _ = try connection.shake(nil, &context.reply)
  }

  /// Says that the handshake took too long, or that a close has waited long enough.
  public mutating func wake(_ context: inout FilterContext) throws {
    guard connection.isEstablished else { throw TLSError.handshakeTimedOut(connection.limits.timeout) }
    if closing == .waits, !connection.owesInput { closing = .waited }
  }

  /// Makes records.
  public mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    // What is written during the handshake, and the end of it, waits for that.
    guard connection.isEstablished else { return .blocked }
    connection.willUseBuffers()
    let isPushed = context.mode != .normal || !context.mayLeaveMore
    let before = target.count
    let goal = before + min(context.limit, .max - before)
    while !source.isEmpty {
      let length = min(source.count, Self.recordSize)
      guard length == Self.recordSize || isPushed else { break }
      // A record that does not fit whole waits until there is room, so that nothing is cut on its way down. At the end, when no
      // call may come to nothing, it goes all the same.
      let isDue = target.isEmpty || (context.mode == .finished && target.count == before)
      guard isDue || target.count + length + Self.recordOverhead <= goal else { break }
      guard try connection.write(length, from: &source, to: &target) else { return .blocked }
    }
    guard context.mode == .finished, source.isEmpty else { return target.count > before ? .moved : .needsMore }
    return end(&target, &context)
  }

  /// Sends close_notify, and has a close wait for the other end's, where it is to.
  private mutating func end(_ target: inout EventBuffer, _ context: inout FilterContext) -> FilterProgress {
    // Half a message of the other end's is in the way: a close leaves without, since the other half may never come.
    if closing == .open, !connection.sendCloseNotify(&target), !context.isClosing { return .blocked }
    guard context.isClosing, let wait = connection.limits.closeWait, !connection.isPeerDone, closing != .waited else {
      closing = .waited
      return .ended
    }
    if closing == .open { context.wake(after: wait) }
    closing = .waits
    return .blocked
  }

  /// Opens records.
  public mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    guard connection.isEstablished else { return try shake(&source, &context) }
    let before = source.count
    guard before > 0 || connection.holdsInput else { return try ended(context.mode) }
    connection.willUseBuffers()
    let had = target.count
    let isOpen = try connection.open(&source, &target, &context.reply, context.limit, &emptyBytes)
    if !isOpen { return .ended }
    if source.count == before, target.count == had { return try ended(context.mode) }
    if emptyBytes > Self.largestFlood { throw TLSError.flood(Self.largestFlood) }
    if source.isEmpty, connection.owesInput { context.wakeSoon() }
    return .moved
  }

  private mutating func shake(_ source: inout EventBuffer, _ context: inout FilterContext) throws -> FilterProgress {
    let before = source.count
    if before == 0, context.mode == .finished { throw TLSError.closedDuringHandshake }
    guard try connection.shake(&source, &context.reply) else { return source.count < before ? .moved : .needsMore }
    context.needsInput = false
    context.cancelWake()
    context.announce(.connected)
    return source.count < before ? .moved : .needsMore
  }

  /// The wire has ended, and no close_notify came.
  private func ended(_ mode: FlushMode) throws -> FilterProgress {
    guard mode == .finished else { return .needsMore }
    guard connection.limits.allowDirtyShutdown, connection.isBetweenRecords else { throw TLSError.truncated }
    return .ended
  }
}
