import SluiceTesting
import Testing

@testable import Sluice

/// Random filters in random depth, with random marks, under a random schedule: what goes in comes out, in order, and ends
/// once; no layer passes its marks; nothing is left behind.
@Suite struct RandomStackTests {
  struct World {
    let base = EventBase(clock: .virtual)
    var random: SeededGenerator
    var ends: [BufferEvent] = []
    var written: [[UInt8]] = [[], []]
    var got: [[UInt8]] = [[], []]
    var isFinished = [false, false]
    /// No flush passes the marks, and no mark changes: each layer is held to its marks after each step.
    let isStrict: Bool
    /// A trailer holds four bytes back: a handshake above it would wait for them for ever.
    var holdsBack = false

    init(seed: UInt64) throws {
      random = SeededGenerator(seed: seed)
      isStrict = seed.isMultiple(of: 2)
      let (left, right) = base.pair()
      var (one, two) = (Stack(), Stack())
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        (one, two) = layer(one, two)
        let (first, second) = (marks(), marks())
        one = one.adding(layer: first)
        two = two.adding(layer: second)
      }
      // Greetings leave while the stack is built, so the marks stand before.
      _ = (try marks()(left), try marks()(right))
      ends = [try one.applied(to: left), try two.applied(to: right)]
    }

    /// Something that sets random marks.
    mutating func marks() -> (BufferEvent) throws -> BufferEvent {
      let (read, write) = (Watermarks(high: mark()), Watermarks(high: mark()))
      return { event in
        (event.readMarks, event.writeMarks) = (read, write)
        return event
      }
    }

    mutating func mark() -> Int {
      Bool.random(using: &random) ? Int.random(in: 2...100, using: &random) : Int.random(in: 2...9, using: &random)
    }

    mutating func layer(_ one: Stack, _ two: Stack) -> (Stack, Stack) {
      switch Int.random(in: 0..<9, using: &random) {
      case 0: return (one.adding { Pass() }, two.adding { Pass() })
      case 1:
        let key = UInt8.random(in: 1...255, using: &random)
        return (one.adding { Xor(key: key) }, two.adding { Xor(key: key) })
      case 2: return (one.adding { Stutter() }, two.adding { Stutter() })
      case 3: return (one.adding { Doubler() }, two.adding { Doubler() })
      case 4:
        let size = Int.random(in: 1...200, using: &random)
        return (one.adding { Frames(maximum: size) }, two.adding { Frames(maximum: size) })
      case 5:
        holdsBack = true
        return (one.adding { Trailer() }, two.adding { Trailer() })
      case 6: return (one.adding { Header() }, two.adding { Header() })
      case 7 where !holdsBack: return (one.adding { Handshake() }, two.adding { Handshake(isServer: true) })
      default:
        let delay = Duration.milliseconds(Int.random(in: 0...20, using: &random))
        return (one.adding { Delay(delay) }, two.adding { Delay(delay) })
      }
    }

    mutating func step() throws {
      let side = Int.random(in: 0...1, using: &random)
      let end = ends[side]
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<6:
        guard !isFinished[side] else { return }
        let bytes = pattern(Int.random(in: 0...120, using: &random), seed: UInt8.random(in: 0...255, using: &random))
        let outcome = end.write(bytes)
        #expect(outcome.isAccepted, "\(outcome)")
        written[side] += bytes
      case 6..<9: try base.run(for: .milliseconds(Int.random(in: 0...300, using: &random)))
      case 9..<13: try read(side, Int.random(in: 1...90, using: &random))
      case 13: some(end).disable(Bool.random(using: &random) ? .read : .write)
      case 14..<16: some(end).enable(.both)
      case 16 where !isStrict: end.flush(.flush, Bool.random(using: &random) ? .write : .both)
      case 17 where !isStrict:
        let event = some(end)
        event.readMarks = Watermarks(high: mark())
      case 18: if Int.random(in: 0..<8, using: &random) == 0 { finish(side) }
      default: try base.runUntilIdle(maximumSteps: 100_000)
      }
    }

    /// What a record or a header may pass a mark by.
    static let slack = 24

    func checkBounds() {
      guard isStrict else { return }
      for end in ends {
        for layer in end.layers {
          #expect(layer.inputBuffer.count <= layer.readHigh)
          if layer !== end { #expect(layer.outputBuffer.count <= layer.writeHigh + Self.slack) }
        }
      }
    }

    mutating func some(_ end: BufferEvent) -> BufferEvent { end.layers.randomElement(using: &random) ?? end }

    mutating func read(_ side: Int, _ count: Int) throws {
      got[1 - side] += ends[side].input.read(upTo: count)
    }

    mutating func finish(_ side: Int) {
      guard !isFinished[side] else { return }
      isFinished[side] = true
      if isStrict || Bool.random(using: &random) { ends[side].finish() } else { ends[side].flush(.finished) }
    }
  }

  @Test(arguments: 0..<60) func `what goes in comes out, in order, and ends once`(seed: Int) throws {
    var world = try World(seed: UInt64(seed))
    try play(&world, seed)
    #expect(world.base.lingering.isEmpty, "seed \(seed)")
  }

  private func play(_ world: inout World, _ seed: Int) throws {
    let recorders = world.ends.map { _ in Counter() }
    for (end, ends) in zip(world.ends, recorders) {
      end.onEvent = { _, event in
        switch event {
        case .connected: break
        case .endOfInput: ends.value += 1
        default: Issue.record("seed \(seed): \(words(event))")
        }
      }
    }
    for _ in 0..<200 {
      try world.step()
      world.checkBounds()
    }
    for end in world.ends { for layer in end.layers { layer.enable(.both) } }
    world.finish(0)
    world.finish(1)
    for _ in 0..<6000 {
      try world.base.run(for: .milliseconds(20))
      try world.read(0, 50)
      try world.read(1, 50)
      if world.got == world.written, recorders.allSatisfy({ $0.value > 0 }) { break }
    }
    let state = "seed \(seed): \(world.ends[0].debugDescription)\n\(world.ends[1].debugDescription)"
    #expect(world.got[0] == world.written[0], "\(state)")
    #expect(world.got[1] == world.written[1], "\(state)")
    #expect(recorders.map(\.value) == [1, 1], "seed \(seed)")
    try world.base.runUntilIdle(maximumSteps: 1000)
    world.ends = []
    try world.base.runUntilIdle(maximumSteps: 1000)
    #expect(world.base.ledger.isBalanced, "seed \(seed): \(world.base.ledger)")
  }
}
