import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One direction between two sockets whose bytes go through a pipe inside the kernel, and never enter this program's memory.
///
/// It is left, without losing a byte, as soon as that is not worth its while, or somebody wants to have the bytes after all:
/// what the pipe holds is read into the target's output then, and both events go on as ever.
final class SpliceLane {
  /// Turns with fewer bytes than this are cheaper by reading and writing.
  private static let least = 16 * 1024
  private static let mostSmallTurns = 8

  private let source: SocketTransport
  private let target: SocketTransport
  private let pool: PipePool
  private var pipe: Pipe?
  private var state = sluice_splice()
  private var smallTurns = 0
  /// Told of bytes that were taken from the source.
  private let onTaken: (Int) -> Void
  /// Told once, when the lane is left; whether it may be worth trying again.
  private var onLeft: ((Bool) -> Void)?

  /// Bytes that are in the pipe.
  var held: Int { Int(state.held) }

  init(
    from source: SocketTransport, to target: SocketTransport, pool: PipePool, onTaken: @escaping (Int) -> Void,
    onLeft: @escaping (Bool) -> Void
  ) {
    self.source = source
    self.target = target
    self.pool = pool
    self.onTaken = onTaken
    self.onLeft = onLeft
    (state.source, state.target) = (source.descriptor, target.descriptor)
    source.outlet = self
    target.inlet = self
  }

  /// Whether nothing but the kernel has to do with an event's bytes.
  static func isPlain(_ event: BufferEvent) -> Bool {
    event.inputBuffer.isEmpty && event.outputBuffer.isEmpty && event.inputBuffer.watchers == nil
      && event.outputBuffer.watchers == nil
      && !event.flags.intersects([
        .hasTiming, .underneath, .finishing, .closing, .closed, .failed, .peerClosed,
        .filesPending,
      ])
  }

  private static let needsBuffers = EventFlags.sendBlocked.union([.hasTiming, .finishing, .closing, .filesPending])

  /// The target has room again: the source gets a share of this round.
  func startRound() {
    if let event = source.event { source.budget = SocketTransport.readBudget(of: event.base) }
  }

  /// Moves what is there, as far as the target and the source's share of this round allow.
  func pump() {
    guard onLeft != nil else { return emptyUnlessHeld() }
    guard let event = source.event, let sink = target.event else { return }
    if held > 0, target.isWriteBlocked { return source.updateInterest(event, isTold: true) }
    guard !sink.flags.intersects(Self.needsBuffers), sink.outputBuffer.isEmpty, sink.outputBuffer.watchers == nil,
      !event.flags.contains(.hasTiming), event.inputBuffer.watchers == nil, let pipe = pipe ?? pool.take()
    else { return leave() }
    self.pipe = pipe
    state.pipe = (pipe.readEnd, pipe.writeEnd)
    let budget = event.wantsBytes ? max(source.budget, 0) : 0
    sluice_splice(&state, Int64(pipe.size), Int64(pipe.size / 4), Int64(budget))
    let taken = Int(state.taken)
    source.budget -= taken
    if taken > 0 { onTaken(taken) }
    if held == 0 { givePipeBack() }
    settle(event, sink, taken)
  }

  /// Draws the consequences of a turn.
  private func settle(_ event: BufferEvent, _ sink: BufferEvent, _ taken: Int) {
    if state.target_error == EINVAL || state.source_error == EINVAL { return leave(isForGood: true) }
    if state.target_error != 0 {
      discard()
      return target.broke(sink, state.target_error)
    }
    if held > 0 {
      target.isWriteBlocked = true
      target.updateInterest(sink)
    }
    if state.has_ended != 0 || state.source_error != 0 {
      leave()
      source.readEnded(event, state.has_ended != 0 ? 0 : -Int(state.source_error), at: source.peer)
      return source.updateInterest(event)
    }
    smallTurns = taken < Self.least ? smallTurns + 1 : 0
    if smallTurns >= Self.mostSmallTurns { leave() } else { source.updateInterest(event) }
  }

  /// Ends the lane; the bytes in the pipe go ahead of the target's output.
  func leave(isForGood: Bool = false) {
    guard let tell = onLeft else { return emptyUnlessHeld() }
    onLeft = nil
    source.outlet = nil
    tell(!isForGood)
    if let event = source.event { source.updateInterest(event) }
    // An output that somebody holds gets them when that is over; until then nothing is to be sent ahead of them.
    if target.event?.flags.intersects(.outputHeld) == true {
      target.event?.base.defer { self.emptyUnlessHeld() }
    } else {
      emptyUnlessHeld()
    }
  }

  private func emptyUnlessHeld() {
    guard target.inlet === self else { return }
    guard let sink = target.event else {
      target.inlet = nil
      return
    }
    guard !sink.flags.intersects(.outputHeld) else { return }
    target.inlet = nil
    if let pipe, held > 0 {
      var bytes = sink.base.makeBuffer()
      while held > 0, read(from: pipe, into: &bytes) {}
      sink.outputBuffer.prepend(&bytes)
    }
    givePipeBack()
    target.outputReady(sink)
  }

  private func read(from pipe: Pipe, into bytes: inout EventBuffer) -> Bool {
    let got = bytes.fill(upTo: min(held, 262_144)) { memory, count in
      var piece = iovec(iov_base: memory, iov_len: count)
      return Int(sluice_receive_pieces(pipe.readEnd, &piece, 1))
    } scatter: { pieces in
      Int(sluice_receive_pieces(pipe.readEnd, pieces.baseAddress, Int32(pieces.count)))
    }
    state.held -= Int64(max(got, 0))
    return got > 0
  }

  /// Ends the lane, whose target takes nothing more; the bytes in the pipe are lost.
  func discard() {
    if held > 0, let sink = target.event { sink.makeExtras().lostOutput += held }
    pipe?.close()
    pipe = nil
    state.held = 0
    leave()
  }

  private func givePipeBack() {
    guard let pipe else { return }
    if held == 0 { pool.give(pipe) } else { pipe.close() }
    self.pipe = nil
  }

  deinit { pipe?.close() }
}
