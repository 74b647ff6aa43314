internal import COpenSSL
internal import Sluice

/// One TLS connection: what its handshake came to, and the way to the library's `SSL`.
///
/// `BufferEvent.tls` gives it. It may be kept longer than the event, and keeps the connection's memory then; the
/// connection itself ends with the event. It stays on its base's thread.
public final class TLSConnection {
  /// The library's `SSL`, for what is not covered here. It lives as long as this object; reading and writing through
  /// it, and changing its BIOs, are the filter's alone.
  public let pointer: OpaquePointer
  /// Whether this end is the server.
  public let isServer: Bool
  /// The host that the client wants, as it was given; nil for servers.
  public let host: String?
  /// What the connection was made from; nil for an `SSL` that was made elsewhere.
  public let context: TLSContext?
  /// What the library reads from and writes to.
  let wire: UnsafeMutablePointer<Wire>

  /// Whether the handshake is complete.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  public internal(set) var isEstablished = false
  /// How long the handshake took, in real time from its start; nil before it is complete.
  public internal(set) var handshakeTime: Duration?
  /// The last ticket that the server gave for resuming this session; nil where none came, or before. O(1).
  public internal(set) var sessionTicket: TLSSessionTicket?

  /// Whether the library may hold bytes of the input that it read before the connection was made of its `SSL`.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var holdsInput = false
  /// Whether it does, and no byte below will bring that up.
  var owesInput: Bool { holdsInput && !wire.pointee.readsWholeRecords }
  /// Whether a call into the library failed.
  var hasFailed = false
  /// Wire bytes that came before the handshake was complete.
  var handshakeBytes = 0
  /// The first of them, to tell what the other end speaks.
  var firstBytes = FirstBytes()
  var startTime: ContinuousClock.Instant?
  /// The last fatal alert of either direction; 255 where there is none.
  var alertSent: UInt8 = 255
  var alertReceived: UInt8 = 255
  var certificateError: TLSCertificateError?
  let limits: Limits

  // For `RecordBuffers`.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var bufferSlot: Int8 = -1
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var wasUsed = false

  struct Limits {
    var timeout: Duration
    var bytes: Int
    var allowDirtyShutdown: Bool
    var closeWait: Duration?

    init(_ options: TLSOptions) {
      (timeout, bytes) = (options.handshakeTimeout, options.handshakeLimit)
      (allowDirtyShutdown, closeWait) = (options.allowDirtyShutdown, options.closeWait)
    }
  }

  /// Takes `ssl` over, and gives it its place to read and write.
  init(
    ssl: OpaquePointer, context: TLSContext?, host: String?, isServer: Bool, limits: Limits
  ) throws(TLSError) {
    pointer = ssl
    self.context = context
    self.host = host
    self.isServer = isServer
    self.limits = limits
    wire = .allocate(capacity: 1)
    wire.initialize(to: Wire(for: self))
    guard let bio = WireBIO.make(over: wire) else { throw .unusable("no memory for a connection") }
    SSL_set_bio(ssl, bio, bio)
  }

  deinit {
    if bufferSlot >= 0 { context?.buffers.remove(self) }
    free()
    wire.deallocate()
  }

  /// Lets go of the `SSL`, which somebody else may keep, or have made another connection of.
  private func free() {
    guard WireBIO.wire(of: pointer) == wire else { return SSL_free(pointer) }
    let shutdown = SSL_get_shutdown(pointer)
    // Without this, the library takes a connection that ends without close_notify for an attack, and its session with
    // it: RFC 8446 does so no more.
    if isEstablished, !hasFailed { SSL_set_shutdown(pointer, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
    SSL_free(pointer)
    guard !wire.pointee.isFreed else { return }
    SSL_set_shutdown(pointer, shutdown)
    WireBIO.cut(pointer)
  }

  /// The connection that a callback of the library is about; nil for an `SSL` that somebody made of a context by hand.
  static func of(_ ssl: OpaquePointer?) -> Unmanaged<TLSConnection>? {
    WireBIO.wire(of: ssl)?.pointee.connection
  }

  /// The first bytes of the other end.
  struct FirstBytes {
    var bytes: InlineArray<16, UInt8> = .init(repeating: 0)
    var count = 0
    var array: [UInt8] { (0..<count).map { bytes[$0] } }
  }
}

@available(*, unavailable, message: "a connection stays on its base's thread")
extension TLSConnection: Sendable {}
