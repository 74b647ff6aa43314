/// Two events joined both ways: what comes in at one goes out at the other. Made by `BufferEvent.relay(to:)`.
///
/// Bytes move from one event's input to the other's output by pointer. While an output is at its high mark they stay in the
/// other's input, which then stops at its own mark: a slow reader is felt by the sender, and a relay holds no more than the
/// marks of its events. The end of an input is passed on as `finish()`, behind all bytes. The loop keeps a relay, and with it
/// both events, until it ends; it stays on its base's thread.
///
/// libevent has none; its sample `le-proxy` is the usual way to write one.
public final class Relay: DeferredWork {
  /// The event that `relay(to:)` was called on. Its callbacks are the relay's own.
  public let left: BufferEvent
  /// The event that was given to `relay(to:)`.
  public let right: BufferEvent
  /// How it ended; nil while it runs or drains.
  public internal(set) var outcome: RelayOutcome?
  /// Told when an event is connected, or a handshake in its stack done: `.connected` of either.
  public var onConnected: ((Relay, RelaySide) -> Void)?
  /// Told what filters and applications have to say on either event: `.notice`.
  public var onNotice: ((Relay, RelaySide, any Sendable) -> Void)?
  var onEnd: ((Relay) -> Void)?

  let options: RelayOptions
  let leftEnd: RelayEnd
  let rightEnd: RelayEnd
  /// Why it is ending, before the last bytes have left.
  var reason: RelayOutcome?
  /// A side that reads no more, while what it sends still goes on.
  var stopped: RelaySide?
  /// Whether `close()` was called.
  var isClosing = false
  /// Whether both events were told to close.
  var isEnding = false
  /// The side whose input ended first.
  var firstEnded: RelaySide?

  var idleTimer: LoopTimer?
  var lastMove: Int64 = 0
  var lastWaiting = 0
  var drainTimer: LoopTimer?
  var retryTimer: LoopTimer?

  init(_ left: BufferEvent, _ right: BufferEvent, _ options: RelayOptions) {
    self.left = left
    self.right = right
    self.options = options
    leftEnd = RelayEnd(left, .left)
    rightEnd = RelayEnd(right, .right)
    super.init()
  }

  var base: EventBase { left.base }
  var ends: [RelayEnd] { [leftEnd, rightEnd] }

  func end(_ side: RelaySide) -> RelayEnd { side == .left ? leftEnd : rightEnd }

  /// Bytes that came from the left and have left the right event's output: for a socket, the kernel has them.
  public var bytesToRight: Int { leftEnd.moved - (leftEnd.lane?.held ?? 0) - rightEnd.notSent }
  /// Bytes that came from the right and have left the left event's output.
  public var bytesToLeft: Int { rightEnd.moved - (rightEnd.lane?.held ?? 0) - leftEnd.notSent }

  /// Takes nothing more from either side, passes on what came, and then closes both events in order, from the loop. The outcome
  /// is `.closed`. Does nothing where the relay is ending already.
  public func close() {
    guard outcome == nil, !isEnding else { return }
    isClosing = true
    base.queue.append(self)
  }

  /// Throws away what is under way, and resets both sides. The outcome is `.aborted`; `onEnd` comes from the loop. Does nothing
  /// where the relay has ended.
  public func abort() {
    guard outcome == nil else { return }
    abort(.aborted)
  }

  /// The base ends.
  override func abandon() { abort() }

  override func discard() {
    onEnd = nil
    if leftEnd.isGone, rightEnd.isGone { conclude() }
  }

  override func run() {
    guard outcome == nil else { return }
    if leftEnd.isGone, rightEnd.isGone { return conclude() }
    guard !isEnding else { return goOnEnding() }
    if leftEnd.isGone || rightEnd.isGone { return close(.closed) }
    for end in ends {
      // Where nobody wants what came, an error does not wait for that to be read.
      let isUnwanted = end.isDone && !end.hasPassedEnd
      if let error = isUnwanted ? end.failure : end.event.failure { return failed(end, error) }
    }
    guard !isClosing else {
      for end in ends { moveAll(from: end) }
      return close(.closed)
    }
    move(from: leftEnd)
    move(from: rightEnd)
  }
}

@available(*, unavailable, message: "a relay stays on its base's thread; reach it through base.handle")
extension Relay: Sendable {}

extension Relay: CustomDebugStringConvertible {
  /// What passed, and both events.
  public var debugDescription: String {
    let state = outcome.map { "ended: \($0)" } ?? (isEnding ? "ending" : "running")
    let lines = [left, right].flatMap { String(reflecting: $0).split(separator: "\n").map { "  " + $0 } }
    return (["relay, \(state), \(bytesToRight) bytes to the right, \(bytesToLeft) to the left"] + lines)
      .joined(separator: "\n")
  }
}
