import SluiceTesting

@testable import Sluice

/// What a half of the pair under test should have seen, kept beside it.
final class HalfModel {
  var event: BufferEvent?
  /// Bytes that its writes took, and bytes that the other half got out of its input.
  var written = 0
  var received = 0
  /// The first byte of its stream: byte n is `first + n`.
  let first: UInt8
  var hasFinished = false
  /// Closed, aborted, freed or dropped; nothing may be called any more.
  var isOver = false
  /// It was aborted, or freed: its bytes may be lost.
  var isLossy = false
  /// A flush brought bytes past the read high mark.
  var wasForced = false
  var highest = Watermarks.defaultHigh
  var endings: [String] = []
  var isInCallback = false
  var faults: [String] = []

  init(_ event: BufferEvent, first: UInt8) {
    self.event = event
    self.first = first
  }
}

/// A pair, driven by random operations, from outside and from inside its callbacks.
final class PairModel {
  let base = EventBase(clock: .virtual)
  private var random: SeededGenerator
  private let halves: [HalfModel]
  private let endsEarly: Bool
  private var budget = 150

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    endsEarly = seed % 2 == 0
    let (left, right) = base.pair()
    halves = [HalfModel(left, first: 0), HalfModel(right, first: 128)]
    for index in halves.indices { setCallbacks(index) }
  }

  private static let cycle = (0..<1_000).flatMap { _ in UInt8.min...UInt8.max }

  /// `count` bytes of the stream whose byte n is n, from byte `start`.
  private static func stream(from start: Int, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var start = start & 255
    var left = count
    while left > 0 {
      let length = min(left, cycle.count - start)
      bytes += cycle[start..<start + length]
      left -= length
      start = 0
    }
    return bytes
  }

  var faults: [String] { halves.flatMap(\.faults) }

  /// Runs the operations, then lets everything go; what remains to be checked is the ledger.
  func run() throws {
    while budget > 0 {
      budget -= 1
      operate(Int.random(in: 0...1, using: &random))
      if Int.random(in: 0..<4, using: &random) == 0 { try base.settle() }
      if Int.random(in: 0..<20, using: &random) == 0 { try base.run(for: .milliseconds(7)) }
    }
    try settleOrderly()
    for half in halves {
      half.isOver = true
      half.event = nil
    }
    try base.settle()
  }

  /// Reads both ends to their end, where nothing was thrown away.
  private func settleOrderly() throws {
    let isOrderly = !halves.contains { $0.isOver }
    for half in halves {
      half.event?.resume(.both, from: .rate)
      half.event?.enable(.both)
      half.event?.readMarks = Watermarks()
      half.highest = max(half.highest, Watermarks.defaultHigh)
      half.event?.readTimeout = nil
      half.event?.writeTimeout = nil
      if !half.isOver { half.event?.finish() }
    }
    try base.settle()
    for index in halves.indices { while drain(index, .max) > 0 {} }
    try base.settle()
    guard isOrderly else { return }
    for (half, other) in [(halves[0], halves[1]), (halves[1], halves[0])] {
      note(half, half.written != other.received, "\(half.written) bytes were written, and \(other.received) came")
      note(half, half.event?.isInputEnded != true, "the input did not end")
    }
  }

  private func note(_ half: HalfModel, _ isFault: Bool, _ what: @autoclosure () -> String) {
    if isFault { half.faults.append("half \(half.first): \(what())") }
  }

  private func setCallbacks(_ index: Int) {
    // The model outlives the loop's runs, and drops its events itself.
    halves[index].event?.onRead = { [unowned self] event in
      callback(index) {
        note($0, event.input.isEmpty, "read callback with nothing to read")
        if $0.isOver { return }
        drain(index, Int.random(in: 0...20_000, using: &random))
      }
    }
    halves[index].event?.onWrite = { [unowned self] _ in callback(index) { _ in } }
    halves[index].event?.onEvent = { [unowned self] _, event in
      callback(index) { half in
        if case .timeout = event { return }
        let words = event.words
        note(half, half.endings.contains(words), "told \(words) twice")
        note(half, half.endings.contains { $0.hasPrefix("error") }, "told \(words) behind an error")
        half.endings.append(words)
      }
    }
  }

  private func callback(_ index: Int, _ body: (HalfModel) -> Void) {
    let half = halves[index]
    note(half, half.isOver, "called back after the end")
    note(half, halves.contains { $0.isInCallback }, "called back inside a callback")
    half.isInCallback = true
    body(half)
    while budget > 0, Int.random(in: 0..<3, using: &random) == 0 {
      budget -= 1
      operate(Int.random(in: 0...1, using: &random))
    }
    half.isInCallback = false
  }

  @discardableResult
  private func drain(_ index: Int, _ length: Int) -> Int {
    let half = halves[index]
    let other = halves[1 - index]
    guard let event = half.event else { return 0 }
    let count = event.input.count
    note(half, !half.wasForced && count > half.highest, "\(count) bytes, past the mark \(half.highest)")
    let bytes = event.input.read(upTo: length)
    let expected = Self.stream(from: Int(other.first) + half.received, bytes.count)
    note(half, bytes != expected, "wrong bytes behind \(half.received)")
    half.received += bytes.count
    note(half, half.received > other.written, "more came than was written")
    return bytes.count
  }

  private func pick<Choice>(_ choices: [Choice]) -> Choice {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private func write(_ half: HalfModel) {
    guard let event = half.event else { return }
    let count = pick([0, 1, 100, 4_000, 30_000]) + Int.random(in: 0...50, using: &random)
    let bytes = Self.stream(from: Int(half.first) + half.written, count)
    let outcome: WriteOutcome
    switch Int.random(in: 0...2, using: &random) {
    case 0: outcome = event.write(bytes)
    case 1:
      var buffer = event.base.makeBuffer()
      buffer.append(bytes)
      outcome = event.write(&buffer)
    default:
      outcome = event.write("").isAccepted ? .accepted(room: 0) : .refused(.closed)
      event.output.append(bytes)
    }
    note(half, outcome.isAccepted && (half.hasFinished || half.isOver), "a write was taken after the end")
    if outcome.isAccepted { half.written += count }
  }

  private func operate(_ index: Int) {
    let half = halves[index]
    guard let event = half.event else { return }
    let directions = pick([.read, .write, .both] as [Directions])
    switch Int.random(in: 0..<44, using: &random) {
    case 0..<12: write(half)
    case 12..<18: drain(index, Int.random(in: 0...50_000, using: &random))
    case 18..<20: event.disable(directions)
    case 20..<23: event.enable(directions)
    case 23: event.suspend(directions, for: .rate)
    case 24..<26: event.resume(directions, from: .rate)
    case 26..<29: changeMarks(half, event)
    case 29..<31: flush(half, event, directions)
    case 31..<34: setCallbacks(half.isOver ? 1 - index : index)
    case 34: event.onRead = nil
    case 35: event.readTimeout = .milliseconds(Int.random(in: 0...9, using: &random))
    case 36: event.writeTimeout = .milliseconds(Int.random(in: 0...9, using: &random))
    case 37: event.trigger(.write)
    case 38 where Int.random(in: 0..<6, using: &random) == 0:
      event.finish()
      half.hasFinished = true
    case 39 where endsEarly && Int.random(in: 0..<3, using: &random) == 0: end(half, event)
    default: break
    }
  }

  private func changeMarks(_ half: HalfModel, _ event: BufferEvent) {
    let high = pick([100, 1_000, 20_000, 300_000])
    event.readMarks = Watermarks(low: Int.random(in: 0...high, using: &random), high: high)
    half.highest = max(half.highest, high)
    event.writeMarks = Watermarks(low: Int.random(in: 0...5_000, using: &random), high: high)
  }

  private func flush(_ half: HalfModel, _ event: BufferEvent, _ directions: Directions) {
    for half in halves { half.wasForced = true }
    event.flush(pick([.normal, .flush]), directions)
  }

  private func end(_ half: HalfModel, _ event: BufferEvent) {
    let drops = Int.random(in: 0...4, using: &random)
    switch drops {
    case 0: event.close()
    case 1: event.close(within: .milliseconds(3))
    case 2: event.abort()
    case 3: event.free()
    default: break
    }
    if drops == 4, half.isInCallback {
      // The loop holds the event until its turn is over.
      base.defer { half.isOver = true }
    } else {
      half.isOver = true
    }
    if drops == 4 || Int.random(in: 0...1, using: &random) == 0 { half.event = nil }
  }
}
