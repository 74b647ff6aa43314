public import Sluice

/// The listening side of the PROXY protocol, as a filter: reads the header in front of a connection, and then passes everything
/// on as it is.
///
/// `.connected` is told when the header is complete, before the first read callback; `event.proxyHeader` has it from then on.
/// Until then nothing is delivered, and what is written waits, since the specification wants a server that speaks first to
/// wait too. The header is read whether or not the application reads. A header that is refused, cut off, or late is an
/// error, `ProxyProtocolError`. While it comes, no more of it is kept than its longest length.
///
/// Anybody who can connect can claim any address: only proxies that are trusted may.
public struct ProxyHeaderReader: Filter, ~Copyable {
  private let settings: ProxyHeaderSettings
  private let received = ReceivedProxyHeader()
  private var isDone = false
  /// How much of a header was there at the last look.
  private var seen = 0

  /// A filter that reads a header.
  ///
  /// - Throws: `ProxyHeaderSettingsError`, where the settings cannot be.
  public init(_ settings: ProxyHeaderSettings = ProxyHeaderSettings()) throws(ProxyHeaderSettingsError) {
    try settings.check()
    self.settings = settings
  }

  /// "proxy header".
  public var name: String { "proxy header" }
  /// True.
  public var hasHandshake: Bool { true }
  /// The `ReceivedProxyHeader`.
  public var handle: AnyObject? { received }

  /// Starts the time that the header has.
  public mutating func start(_ context: inout FilterContext) {
    context.needsInput = true
    if let limit = settings.timeLimit { context.wake(after: limit) }
  }

  /// Says that the header is late.
  public mutating func wake(_ context: inout FilterContext) throws {
    guard !isDone, let limit = settings.timeLimit else { return }
    guard !settings.isRequired else { throw ProxyProtocolError.timedOut(limit, after: seen) }
    done(&context)
  }

  /// Passes everything on, once the header is read.
  public mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { isDone ? pass(&source, into: &target, context) : .blocked }

  /// Reads the header, and then passes everything on.
  ///
  /// - Throws: `ProxyProtocolError`.
  public mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    if isDone { return pass(&source, into: &target, context) }
    do {
      guard let found = try ProxyHeaderParser.header(of: source, limit: settings.longestHeader) else {
        seen = source.count
        guard context.mode == .finished else { return .needsMore }
        throw ProxyProtocolError.cutOff(after: seen)
      }
      guard settings.versions.contains(found.version) else {
        throw ProxyProtocolError.malformed("its version is \(found.version.rawValue), which is not accepted here")
      }
      received.fill(found)
      source.drain(found.length)
      done(&context)
      return .moved
    } catch let error as ProxyProtocolError where error.isOfNoHeader && !settings.isRequired {
      // The bytes are the application's. They come in a turn of their own, in which it may have reading disabled.
      done(&context)
      context.wakeSoon()
      return .blocked
    }
  }

  private mutating func done(_ context: inout FilterContext) {
    isDone = true
    context.needsInput = false
    context.cancelWake()
    context.announce(.connected)
  }
}
