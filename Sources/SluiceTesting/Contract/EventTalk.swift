import Sluice

/// Two ends with layers on them, and what they see.
final class EventTalk {
  let base: EventBase
  var near: BufferEvent?
  var far: BufferEvent?
  let nearSees: Seen
  let farSees: Seen
  private let mostSteps: Int

  init(_ base: EventBase, near: BufferEvent, far: BufferEvent, mostSteps: Int) {
    self.base = base
    (self.near, self.far) = (near, far)
    (nearSees, farSees) = (Seen(near), Seen(far))
    self.mostSteps = mostSteps
  }

  /// All layers of both ends, from the tops downwards.
  var layers: [BufferEvent] {
    [near, far].flatMap { top in
      var layers: [BufferEvent] = []
      var next = top
      while let event = next {
        layers.append(event)
        next = event.underlying
      }
      return layers
    }
  }

  func write(_ out: [UInt8], _ back: [UInt8]) {
    near?.write(out)
    far?.write(back)
  }

  func finish() {
    near?.finish()
    far?.finish()
  }

  /// Changes marks, and disables and enables directions.
  func disturb(_ random: inout SeededGenerator, smallestMark: Int) {
    guard let event = layers.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: event.setMarks(max(smallestMark, Int.random(in: 1...5_000, using: &random)))
    case 1 where event === near || event === far:
      event.disable([.read, .write, .both].randomElement(using: &random) ?? .both)
    case 2: event.enable(.both)
    default: break
    }
  }

  /// Undoes what holds anything back.
  func restore() {
    for event in layers {
      event.setMarks(Watermarks.defaultHigh)
      event.enable(.both)
    }
  }

  /// Runs what is due, though not all of it: up to so many steps, and not into the future.
  func run(steps: Int) throws {
    do { try base.runUntilIdle(maximumSteps: steps) } catch EventBaseError.stillBusy {}
  }

  func settle() throws {
    do { try base.run(maximumSteps: mostSteps) } catch { throw Wrong.endless("\(error)") }
  }

  func complete(_ out: [UInt8], _ back: [UInt8]) throws {
    try arrived(out)
    try nearSees.complete(back, "near")
  }

  func arrived(_ out: [UInt8]) throws { try farSees.complete(out, "far") }

  func end() {
    near?.close(within: .seconds(1))
    far?.close(within: .seconds(1))
    (near, far) = (nil, nil)
  }
}

/// What one end saw.
final class Seen {
  private var bytes: [UInt8] = []
  private var ends = 0
  private var errors: [StreamError] = []
  /// What no event may do.
  private(set) var wrong: Wrong?
  private static let mostBytes = 1_000_000

  init(_ event: BufferEvent) {
    event.onRead = { [weak self] event in self?.read(event) }
    event.onEvent = { [weak self] _, what in self?.happened(what) }
  }

  private func read(_ event: BufferEvent) {
    if event.inputCount == 0 { wrong = Wrong("a read callback came with nothing new") }
    if ends > 0 { wrong = Wrong("bytes came behind the end") }
    bytes += event.input.read()
    guard bytes.count > Self.mostBytes else { return }
    wrong = .endless("\(bytes.count) bytes came")
    event.abort()
  }

  private func happened(_ event: StreamEvent) {
    switch event {
    case .endOfInput:
      ends += 1
      if ends > 1 { wrong = Wrong("the end came twice") }
    case .error(let error):
      errors.append(error)
      if errors.count > 1 { wrong = Wrong("two errors were told: \(errors[0]), \(error)") }
      if case .noProgress = error.reason { wrong = .noProgress }
    default: break
    }
  }

  func complete(_ wanted: [UInt8], _ name: String) throws {
    if let error = errors.first { throw Wrong("the \(name) end was told: \(error)") }
    guard bytes == wanted else { throw Wrong(ValueChecks.difference(bytes, wanted, name)) }
    guard ends == 1 else { throw Wrong("the \(name) end was not told the end of its input") }
  }
}

extension BufferEvent {
  func setMarks(_ high: Int) {
    readMarks = Watermarks(high: high)
    writeMarks = Watermarks(high: high)
  }
}
