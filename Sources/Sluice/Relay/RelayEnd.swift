/// One of a relay's events, and how far it is.
final class RelayEnd {
  let event: BufferEvent
  /// The event and those below it that close along with it, which let go of one another as they end.
  let layers: [BufferEvent]
  /// The lowest of them: the last to let go of its bytes.
  let wire: BufferEvent
  let side: RelaySide
  /// Bytes that were moved from this event's input to the other's output.
  var moved = 0
  /// Those of them that passed through the kernel alone.
  var spliced = 0
  /// Whether splicing has turned out to be impossible.
  var cannotSplice = false
  /// What splices this event's bytes to the other, while it does.
  var lane: SpliceLane?
  /// Nothing more is taken from here: the end of the input was passed on, or nobody wants what comes.
  var isDone = false
  /// The end of this event's input was passed on in order.
  var hasPassedEnd = false
  /// It is reset as soon as what waits in it has left.
  var willReset = false

  init(_ event: BufferEvent, _ side: RelaySide) {
    self.event = event
    self.side = side
    var lowest = event
    var layers = [event]
    while let below = lowest.underlying, !lowest.flags.contains(.keepsLower) {
      lowest = below
      layers.append(below)
    }
    self.layers = layers
    wire = lowest
  }

  /// The event's socket, once it is connected, where nothing stands between the two and bytes may be spliced.
  var socket: SocketTransport? {
    event.stage == nil && !cannotSplice ? event.transport as? SocketTransport : nil
  }

  /// Whether everything that the event had was given up.
  var isGone: Bool { event.flags.contains(.closed) && wire.flags.contains(.closed) }

  /// Bytes that were moved here and have not left, or will never leave.
  var notSent: Int { event.outputCount + (event.extras?.lostOutput ?? 0) }

  /// Whether bytes that were sent here got lost on their way down.
  var hasLost: Bool { layers.contains { ($0.extras?.lostOutput ?? 0) > 0 } }

  /// The error that ended the highest layer that one ended.
  var failure: StreamError? { layers.lazy.compactMap(\.failure).first }

  /// Bytes that wait in the outputs of all layers.
  var waiting: Int { layers.reduce(0) { $0 + $1.outputCount } }
}
