import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Has a signal of the process run an action on a base, as deferred work, in place of what the signal does by itself.
///
/// It does not keep the loop running. The base keeps it until it is cancelled. libevent: `evsignal_new`.
public final class SignalHandler: Watched {
  /// The signal's number.
  public let signal: Int32
  private let link: BaseLink
  private var action: (() -> Void)?

  init(base: EventBase, signal: Int32, descriptor: Int32, action: @escaping () -> Void) {
    link = base.link
    self.signal = signal
    self.action = action
    super.init(descriptor: descriptor, keepsRunning: false)
  }

  /// Ends it; the signal does again what it did before. libevent: `evsignal_del`.
  public func cancel() {
    guard action != nil else { return }
    action = nil
    try? link.base?.takeUnretainedValue().watch(self, for: [])
    sluice_signal_close(signal, descriptor)
  }

  deinit { cancel() }

  override func abandon() { cancel() }

  override func isReady(_ readiness: Readiness) {
    var bytes: (UInt64, UInt64) = (0, 0)
    // Several signals that came together are told once, as signals are.
    while withUnsafeMutableBytes(of: &bytes, { read(descriptor, $0.baseAddress, 16) }) == 16 {}
    link.base?.takeUnretainedValue().defer { [weak self] in self?.action?() }
  }
}

extension EventBase {
  /// Runs `action` from the loop when the process gets `signal`; signals that come faster than the loop's rounds are told once.
  /// Up to 16 at a time may wait for the same signal, on any bases, and each is told. The calling thread takes the signal
  /// from now on, where it was blocked there, as it is on the threads of Swift's tasks.
  ///
  /// - Returns: the handler, to cancel it; it may be dropped.
  /// - Throws: `EventBaseError.noSuchSignal`, or `.noResources` where 16 wait already, or the system has no descriptors left.
  @discardableResult
  public func onSignal(_ signal: Int32, _ action: @escaping () -> Void) throws(EventBaseError) -> SignalHandler {
    let descriptor = sluice_signal_open(signal)
    if descriptor == -EINVAL { throw .noSuchSignal(signal) }
    if descriptor < 0 { throw .noResources(what: "handler for signal \(signal)", code: -descriptor) }
    let handler = SignalHandler(base: self, signal: signal, descriptor: descriptor, action: action)
    try watch(handler, for: .read)
    return handler
  }
}
