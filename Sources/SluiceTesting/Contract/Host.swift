import Sluice

/// A filter as a plain value, in the care of a loop of its own: what a buffer event does for it, without one.
class Host {
  /// How a filter is called.
  struct Settings {
    var limit = Int.max
    var tolerance = 0
    /// After so many calls a filter goes on for ever.
    var mostCalls = 10_000
  }

  let settings: Settings
  /// What the application wrote, what is on its way to the wire, what came from there, and what the application read.
  var output = EventBuffer()
  var wireOut = EventBuffer()
  var wireIn = EventBuffer()
  var read: [UInt8] = []
  /// The application finished; the wire will bring nothing more.
  var isFinishing = false
  var isWireInEnded = false
  /// The end was passed on, behind all bytes.
  private(set) var isOutputFinished = false
  private(set) var isInputEnded = false
  /// What the filter threw, or is thrown for it.
  private(set) var error: (any Error)?
  /// What it did that no filter may do.
  private(set) var fault: Wrong?
  private(set) var wakeTime: EventBase.Instant?
  private(set) var isWakeDue = false
  private var isFlushing = false
  private var encoding = Lane()
  private var decoding = Lane()
  private var calls = 0

  /// One direction of it.
  private struct Lane {
    /// It is to be called with nothing to take, too.
    var isOwed = false
    var isBlocked = false
  }

  init(_ settings: Settings) { self.settings = settings }

  var isOver: Bool { error != nil || fault != nil }

  // What the filter's type fills in. Each call sends what was replied, and notes what was asked for.
  func callStart() throws {}
  func callWake(now: EventBase.Instant) throws {}
  func callEncode(_ mode: FlushMode, now: EventBase.Instant) throws -> FilterProgress { .needsMore }
  func callDecode(
    into input: inout EventBuffer, _ mode: FlushMode, now: EventBase.Instant
  ) throws -> FilterProgress { .needsMore }

  func start() { guarded { try callStart() } }

  func wake(now: EventBase.Instant) {
    guard mayCall() else { return }
    wakeTime = nil
    isWakeDue = false
    guarded { try callWake(now: now) }
    (encoding.isOwed, decoding.isOwed) = (true, true)
  }

  func flush() {
    isFlushing = true
    encoding.isOwed = true
  }

  /// Notes what a call asked for.
  func asked(soon: Bool, time: EventBase.Instant?, cancels: Bool) {
    if soon { isWakeDue = true }
    if let time { wakeTime = time } else if cancels { wakeTime = nil }
  }

  /// Encodes all that can be. Whether anything moved.
  func pumpOut(now: EventBase.Instant) -> Bool {
    var hasMoved = false
    while !isOutputFinished, !output.isEmpty || isFinishing || encoding.isOwed, mayCall() {
      guard guarded({ try encodeOnce(now, &hasMoved) }) ?? false else { break }
    }
    if hasMoved, decoding.isBlocked { decoding.isOwed = true }
    if output.isEmpty { isFlushing = false }
    return hasMoved
  }

  /// Decodes all that can be. Whether anything moved.
  func pumpIn(now: EventBase.Instant) -> Bool {
    var hasMoved = false
    while !isInputEnded, !wireIn.isEmpty || isWireInEnded || decoding.isOwed, mayCall() {
      guard guarded({ try decodeOnce(now, &hasMoved) }) ?? false else { break }
    }
    if hasMoved, encoding.isBlocked { encoding.isOwed = true }
    return hasMoved
  }

  /// One call. Whether another may follow.
  private func encodeOnce(_ now: EventBase.Instant, _ hasMoved: inout Bool) throws -> Bool {
    let mode = isFinishing ? FlushMode.finished : isFlushing ? .flush : .normal
    let (have, had) = (output.count, wireOut.count)
    let isIdleCall = have == 0 && mode == .normal && !encoding.isOwed
    encoding.isOwed = false
    let progress = try callEncode(mode, now: now)
    let given = wireOut.count - had
    check(given, "encode", isIdleCall)
    let isIdle = output.count == have && given == 0
    if !isIdle { hasMoved = true }
    encoding.isBlocked = progress == .blocked
    if progress == .blocked { return false }
    if progress == .ended || (isFinishing && output.isEmpty && (progress != .moved || isIdle)) {
      isOutputFinished = true
      return false
    }
    guard progress == .moved || isFinishing else { return false }
    if isIdle { throw StreamError.Reason.noProgress }
    // What filled its room may have more to give, with nothing left to take.
    encoding.isOwed = given >= settings.limit
    return true
  }

  private func decodeOnce(_ now: EventBase.Instant, _ hasMoved: inout Bool) throws -> Bool {
    let have = wireIn.count
    let isIdleCall = have == 0 && !isWireInEnded && !decoding.isOwed
    decoding.isOwed = false
    let before = read.count
    let progress = try decode(isWireInEnded ? .finished : .normal, now)
    let given = read.count - before
    check(given, "decode", isIdleCall)
    let isIdle = wireIn.count == have && given == 0
    if !isIdle { hasMoved = true }
    decoding.isBlocked = progress == .blocked
    if progress == .moved, !isIdle {
      decoding.isOwed = given >= settings.limit
      return true
    }
    if progress == .ended || (isWireInEnded && wireIn.isEmpty && progress != .blocked) {
      isInputEnded = true
    } else if progress == .moved {
      throw StreamError.Reason.noProgress
    } else if isWireInEnded, progress == .needsMore {
      throw StreamError.Reason.truncated
    }
    return false
  }

  /// Calls the filter, and reads what it gave, before it threw too.
  private func decode(_ mode: FlushMode, _ now: EventBase.Instant) throws -> FilterProgress {
    var input = EventBuffer()
    do {
      let progress = try callDecode(into: &input, mode, now: now)
      read += input.read()
      return progress
    } catch {
      read += input.read()
      throw error
    }
  }

  private func check(_ given: Int, _ call: String, _ isIdleCall: Bool) {
    if isIdleCall, given > 0 { fault = Wrong("\(call) made \(given) bytes of nothing") }
    if given > settings.limit, given - settings.limit > settings.tolerance {
      fault = Wrong("\(call) gave \(given) bytes, and its limit was \(settings.limit)")
    }
  }

  /// Whether another call may be made.
  private func mayCall() -> Bool {
    calls += 1
    if calls > settings.mostCalls { fault = .endless("\(calls) calls") }
    return !isOver
  }

  @discardableResult
  private func guarded<Result>(_ body: () throws -> Result) -> Result? {
    do {
      return try body()
    } catch {
      self.error = error
      return nil
    }
  }
}
