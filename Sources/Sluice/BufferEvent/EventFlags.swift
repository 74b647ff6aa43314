/// The state of a buffer event, a bit each, so that every question of the hot path is one test of a mask.
struct EventFlags: OptionSet {
  let rawValue: UInt32

  // What keeps bytes out of `input`.
  static let readDisabled = EventFlags(rawValue: 1 << 0)
  static let readSuspended = EventFlags(rawValue: 1 << 1)
  /// Somebody holds `input`: the user through the accessor, or a stage.
  static let inputBusy = EventFlags(rawValue: 1 << 2)
  /// The other end will send nothing more, and all it sent is here.
  static let inputEnded = EventFlags(rawValue: 1 << 3)

  // What keeps bytes in `output`.
  static let writeDisabled = EventFlags(rawValue: 1 << 4)
  static let writeSuspended = EventFlags(rawValue: 1 << 5)
  static let outputBusy = EventFlags(rawValue: 1 << 6)
  /// The end of the output was passed on, behind all of its bytes.
  static let outputFinished = EventFlags(rawValue: 1 << 7)

  // Where the event is in its life.
  /// `finish()` was called: the end follows the bytes that wait.
  static let finishing = EventFlags(rawValue: 1 << 8)
  /// `close()` was called: nothing is told to the user any more, and what waits is still sent.
  static let closing = EventFlags(rawValue: 1 << 9)
  /// Closed, aborted or freed: nothing moves any more.
  static let closed = EventFlags(rawValue: 1 << 10)
  /// An error ended both directions.
  static let failed = EventFlags(rawValue: 1 << 11)
  /// The other end closed: what is written reaches nobody.
  static let peerClosed = EventFlags(rawValue: 1 << 12)
  /// The other end was freed without a word.
  static let unlinked = EventFlags(rawValue: 1 << 13)
  /// A filter stands on this event, and owns its bytes.
  static let underneath = EventFlags(rawValue: 1 << 14)
  static let keepsLower = EventFlags(rawValue: 1 << 15)

  // What the next dispatch is to do.
  static let pumpUp = EventFlags(rawValue: 1 << 16)
  static let pumpDown = EventFlags(rawValue: 1 << 17)
  static let wakeStage = EventFlags(rawValue: 1 << 18)
  static let connectedPending = EventFlags(rawValue: 1 << 19)
  /// Bytes came that no read callback was told of.
  static let readOwed = EventFlags(rawValue: 1 << 20)
  /// Bytes left that no write callback was told of.
  static let writeOwed = EventFlags(rawValue: 1 << 21)
  static let readTriggered = EventFlags(rawValue: 1 << 22)
  static let writeTriggered = EventFlags(rawValue: 1 << 23)
  static let eventsPending = EventFlags(rawValue: 1 << 24)

  // Why something waits.
  /// The layer below, or the other end, holds bytes that `input` had no room for, or was in use for.
  static let inputAwaited = EventFlags(rawValue: 1 << 25)
  static let hasTransport = EventFlags(rawValue: 1 << 26)
  static let hasTiming = EventFlags(rawValue: 1 << 27)
  /// The loop keeps the event alive until what it holds has left.
  static let lingering = EventFlags(rawValue: 1 << 28)

  /// Layers above want to know what leaves here: for their timeouts, or because a filter waits for room.
  static let watchedAbove = EventFlags(rawValue: 1 << 29)
  /// Ranges of files wait behind the output, and what was written since waits behind those.
  static let filesPending = EventFlags(rawValue: 1 << 30)
  /// A filter is running that has the buffers of this event in its hands.
  static let stageBusy = EventFlags(rawValue: 1 << 31)

  static let receiveBlocked: EventFlags = [
    .readDisabled, .readSuspended, .inputBusy, .stageBusy, .inputEnded, .closed, .failed,
  ]
  static let sendBlocked: EventFlags = [
    .writeDisabled, .writeSuspended, .outputBusy, .stageBusy, .outputFinished, .closed, .failed,
  ]
  static let inputHeld: EventFlags = [.inputBusy, .stageBusy]
  static let outputHeld: EventFlags = [.outputBusy, .stageBusy]
  static let writeRefused: EventFlags = [
    .finishing, .closing, .closed, .failed, .peerClosed, .unlinked, .underneath, .outputBusy,
    .stageBusy, .filesPending,
  ]
  static let stageDue: EventFlags = [.pumpUp, .pumpDown, .wakeStage]
  static let callbackDue: EventFlags = [
    .connectedPending, .readOwed, .writeOwed, .readTriggered, .writeTriggered, .eventsPending,
  ]

  @inline(__always) func intersects(_ other: EventFlags) -> Bool { rawValue & other.rawValue != 0 }
}
