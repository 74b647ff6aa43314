import Sluice
import Testing

/// A filter that does what a test tells it, to show what the core does for filters.
private struct Scripted: Filter {
  final class Notes {
    var wakes: [EventBase.Instant] = []
    var delay: Duration?
    var cancels = false
    var needsInput = false
    var seen = 0
    var swallows = 0
    var encoded: [Int] = []
    var leaves = 0
  }

  let notes: Notes
  let base: EventBase
  var hasHandshake: Bool { notes.needsInput }
  var onlyReadsSource: Bool { true }
  var handle: AnyObject? { notes }

  mutating func start(_ context: inout FilterContext) {
    if let delay = notes.delay { context.wake(after: delay) }
    context.needsInput = notes.needsInput
  }

  mutating func wake(_ context: inout FilterContext) { notes.wakes.append(base.now) }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    notes.encoded.append(source.contiguousCount)
    target.append(source.read(upTo: source.count - notes.leaves))
    return .blocked
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    if notes.cancels { context.cancelWake() }
    notes.seen += source.count
    guard context.needsInput else {
      target.append(&source)
      return .moved
    }
    // Two bytes of a handshake, and then what the application reads.
    source.drain(2)
    context.needsInput = false
    context.announce(.connected)
    return .moved
  }
}

@Suite struct FilterServiceTests {
  private func make(_ change: (Scripted.Notes) -> Void) throws -> (BufferEvent, BufferEvent, Scripted.Notes) {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let notes = Scripted.Notes()
    change(notes)
    return (left, try right.filtered(by: Scripted(notes: notes, base: base)), notes)
  }

  @Test func `a filter is woken after the delay it asked for`() throws {
    let (left, top, notes) = try make { $0.delay = .seconds(3) }
    try left.base.run()
    #expect(notes.wakes == [.init(nanoseconds: 3_000_000_000)])
    withExtendedLifetime(top) {}
  }

  @Test func `a wake that was taken back keeps no loop running`() throws {
    let (left, top, notes) = try make {
      $0.delay = .seconds(3)
      $0.cancels = true
    }
    left.write("now")
    try left.base.run()
    #expect(notes.wakes == [])
    #expect(left.base.now == .init(nanoseconds: 0))
    #expect(top.input.string() == "now")
  }

  @Test func `a filter that needs input gets it while reading is disabled, and the application gets nothing`() throws {
    let (left, top, notes) = try make { $0.needsInput = true }
    top.disable(.read)
    top.suspend(.read)
    left.write("HSdata")
    try left.base.runUntilIdle(maximumSteps: 100)
    #expect(notes.seen == 6)
    #expect(top.inputCount == 0)
    top.enable(.read)
    top.resume(.read)
    try left.base.runUntilIdle(maximumSteps: 100)
    #expect(top.input.string() == "data")
  }

  @Test func `a filter's own handshake alone says that the stack is connected`() throws {
    let (left, top, _) = try make { $0.needsInput = true }
    var connected = 0
    top.onEvent = { _, event in if case .connected = event { connected += 1 } }
    top.underlying?.connected()
    try left.base.runUntilIdle(maximumSteps: 100)
    #expect(connected == 0)
    left.write("HS")
    try left.base.runUntilIdle(maximumSteps: 100)
    #expect(connected == 1)
  }

  @Test func `the application reaches a filter's handle from above, and kept`() throws {
    let (_, top, notes) = try make { _ in }
    #expect(top.filterHandle(Scripted.Notes.self) === notes)
    let above = try top.filtered(by: Scripted(notes: Scripted.Notes(), base: top.base))
    #expect(above.filterHandle(Scripted.Notes.self) !== notes)
    #expect(top.underlying?.filterHandle(Scripted.Notes.self) == nil)
  }

  @Test(arguments: [0, 1, 20_000, 100_000])
  func `large writes are lent to a filter that only reads, and what it leaves is kept`(left: Int) throws {
    let (other, top, notes) = try make { $0.leaves = left }
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    var copy = bytes
    copy.withUnsafeMutableBytes {
      top.write(UnsafeRawBufferPointer($0))
      // What the caller does with its memory afterwards is its own matter.
      $0.initializeMemory(as: UInt8.self, repeating: 0xEE)
    }
    #expect(notes.encoded == [100_000])
    #expect(top.outputCount == left)
    notes.leaves = 0
    top.flush(.flush)
    try other.base.runUntilIdle(maximumSteps: 100)
    #expect(other.input.bytes() == bytes)
  }
}
