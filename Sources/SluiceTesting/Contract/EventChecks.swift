import Sluice

/// The checks of layers over two ends, in virtual time.
struct EventChecks {
  let contract: FilterContract
  let near: (BufferEvent) throws -> BufferEvent
  let far: (BufferEvent) throws -> BufferEvent

  private static let mostSteps = 200_000

  func run(_ report: inout ContractReport) {
    for (index, sample) in contract.samples.enumerated() {
      let back = contract.samples[contract.samples.count - 1 - index]
      for limit in contract.limits where limit >= max(contract.smallestMark, 1) {
        attempt("with small marks", "sample \(index), marks of \(limit)", contract.seed, &report) {
          for event in $0.layers { event.setMarks(limit) }
          $0.write(sample, back)
          $0.finish()
          try $0.settle()
          try $0.complete(sample, back)
        }
      }
      attempt("close drains", "sample \(index)", contract.seed, &report) {
        $0.near?.write(sample)
        $0.near?.close()
        try $0.settle()
        try $0.arrived(sample)
      }
      attempt("dropping drains", "sample \(index)", contract.seed, &report) {
        $0.near?.write(sample)
        $0.near = nil
        try $0.settle()
        try $0.arrived(sample)
      }
    }
    for seed in (0..<contract.schedules).map({ contract.seed &+ $0 }) {
      attempt("random schedule", "schedule", seed, &report) { try schedule($0, seed) }
      attempt("abort at any time", "schedule", seed, &report) { try abort($0, seed) }
    }
  }

  /// Writes in random pieces, with directions disabled and enabled and marks changed in between.
  private func schedule(_ talk: EventTalk, _ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let samples = (0..<6).map { _ in contract.samples.randomElement(using: &random) ?? [] }
    let (out, back) = (samples.flatMap(\.self), samples.reversed().flatMap(\.self))
    var rest = (out[...], back[...])
    while !rest.0.isEmpty || !rest.1.isEmpty {
      talk.near?.write(Array(rest.0.take(&random)))
      talk.far?.write(Array(rest.1.take(&random)))
      talk.disturb(&random, smallestMark: contract.smallestMark)
      try talk.run(steps: Int.random(in: 0...20, using: &random))
    }
    talk.finish()
    talk.restore()
    try talk.settle()
    try talk.complete(out, back)
  }

  private func abort(_ talk: EventTalk, _ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let sample = contract.samples.max { $0.count < $1.count } ?? []
    talk.write(sample, sample)
    if Bool.random(using: &random) { talk.finish() }
    try talk.run(steps: Int.random(in: 0...40, using: &random))
    let victim = talk.layers.randomElement(using: &random)
    if Bool.random(using: &random) { victim?.abort() } else { victim?.free() }
    try talk.settle()
  }

  private func attempt(
    _ check: String, _ position: String, _ seed: UInt64, _ report: inout ContractReport,
    _ body: (EventTalk) throws -> Void
  ) {
    report.run(check, position, seed) {
      let base = EventBase(clock: .virtual)
      defer { base.shutDown() }
      try converse(on: base, body)
      do { try base.run(maximumSteps: Self.mostSteps) } catch { throw Wrong.endless("behind the end, \(error)") }
      guard base.ledger.isBalanced else { throw Wrong("something is left behind: \(base.ledger)") }
    }
  }

  private func converse(on base: EventBase, _ body: (EventTalk) throws -> Void) throws {
    let (left, right) = try contract.link(base)
    let talk = EventTalk(base, near: try near(left), far: try far(right), mostSteps: Self.mostSteps)
    defer { talk.end() }
    try body(talk)
    if let wrong = talk.nearSees.wrong ?? talk.farSees.wrong { throw wrong }
  }
}

extension ArraySlice<UInt8> {
  /// Takes a random piece off the front; now and then all of it.
  fileprivate mutating func take(_ random: inout SeededGenerator) -> ArraySlice<UInt8> {
    let most = [1, 3, 50, 500, count].randomElement(using: &random) ?? 1
    let piece = prefix(Int.random(in: 0...Swift.max(most, 1), using: &random))
    removeFirst(piece.count)
    return piece
  }
}
