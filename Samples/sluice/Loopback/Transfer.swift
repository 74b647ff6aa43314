import Sluice
import StackDescription

/// Pumps a source through a stack on both ends of a pair, and compares what arrives with what was sent.
///
/// Reading is driven by the room for writing, so that a source of any size takes the same memory; what has not arrived yet
/// is kept to be compared, within a window.
final class Transfer {
  /// The filters of each end, from the wire upwards.
  let (sending, receiving): ([Meter], [Meter])
  private(set) var elapsed = Duration.zero
  /// The most bytes that were under way at a time.
  private(set) var mostUnderWay = 0
  /// What filters told that stopped nothing, each once.
  private(set) var notices: [String] = []
  /// Bytes that arrived, and were what was sent.
  var confirmed: Int { inFlight.confirmed }

  private let base = EventBase()
  private let (sender, receiver): (BufferEvent, BufferEvent)
  private let source: FileSource
  private var inFlight: InFlight
  private var arrived: EventBuffer
  private let onProgress: (Int) -> Void

  private var isSourceAtEnd = false
  private var isDone = false
  private var waitsForWindow = false
  private var problem: (any Error)?

  /// Bytes of one read of the source.
  static let piece = 64 * 1024
  /// Bytes that are read in one turn of the loop, so that the receiver gets its turn.
  private static let turn = 256 * 1024
  /// Bytes that may be under way before the sender waits.
  static let window = 8 * 1024 * 1024

  /// A transfer that has not begun.
  ///
  /// - Parameters:
  ///   - source: what to send; closed when the transfer is gone.
  ///   - stacks: the filters of the end that sends, and of the one that receives.
  ///   - onProgress: gets the number of bytes that arrived, often.
  /// - Throws: what making the filters throws.
  init(
    _ source: consuming FileSource, through stacks: (sender: DescribedStack, receiver: DescribedStack),
    onProgress: @escaping (Int) -> Void
  ) throws {
    let (left, right) = base.pair()
    (sender, sending) = try stacks.sender.metered(on: left)
    (receiver, receiving) = try stacks.receiver.metered(on: right)
    inFlight = InFlight(base: base)
    arrived = base.makeBuffer()
    self.source = source
    self.onProgress = onProgress
  }

  /// Runs it to its end.
  ///
  /// - Throws: what reading the source, a filter, or the comparison found wrong.
  func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    sender.onWrite = { [unowned self] _ in fill() }
    receiver.onRead = { [unowned self] _ in takeArrived() }
    receiver.onEvent = { [unowned self] in happened($1) }
    sender.onEvent = { [unowned self] in happened($1) }
    fill()
    try base.run()
    // A filter may hold back more than the window: it is told to let go.
    while !isDone, problem == nil, waitsForWindow {
      sender.flush(.flush)
      waitsForWindow = false
      fill()
      try base.run()
    }
    elapsed = start.duration(to: clock.now)
    if let problem { throw problem }
    guard isDone, inFlight.count == 0 else {
      throw ToolError.failed("the stream stopped with \(inFlight.count) bytes under way: a filter kept them")
    }
  }

  /// Reads on, and sends, while there is room; at most a turn's worth.
  private func fill() {
    guard !isSourceAtEnd, problem == nil else { return }
    do {
      var left = Self.turn
      while left > 0, sender.writeRoom > 0 {
        guard inFlight.count < Self.window else {
          waitsForWindow = true
          return
        }
        var piece = base.makeBuffer()
        let count = try source.read(Self.piece, into: &piece)
        guard count > 0 else { return finish() }
        try inFlight.send(&piece)
        mostUnderWay = max(mostUnderWay, inFlight.count)
        sender.write(&piece)
        left -= count
      }
      if left <= 0 { base.defer { [weak self] in self?.fill() } }
    } catch {
      stop(error)
    }
  }

  private func finish() {
    isSourceAtEnd = true
    sender.finish()
  }

  private func takeArrived() {
    guard problem == nil else { return }
    receiver.read(into: &arrived)
    do { try inFlight.arrive(&arrived) } catch { return stop(error) }
    onProgress(confirmed)
    if waitsForWindow, inFlight.count < Self.window / 2 {
      waitsForWindow = false
      fill()
    }
  }

  private func happened(_ event: StreamEvent) {
    switch event {
    case .endOfInput: isDone = true
    case .error(let error): stop(ToolError.failed(error.description))
    case .notice(let notice): if !notices.contains("\(notice)") { notices.append("\(notice)") }
    default: break
    }
  }

  private func stop(_ error: any Error) {
    if problem == nil { problem = error }
    base.stop()
  }
}
