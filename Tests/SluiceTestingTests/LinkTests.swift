import Sluice
import SluiceTesting
import Testing

struct LinkTests {
  /// When what came, in milliseconds and bytes, and what was told.
  final class Seen {
    var reads: [[Int64]] = []
    var bytes: [UInt8] = []
    var events: [String] = []

    init(_ event: BufferEvent) {
      event.onRead = { [unowned self] in
        let piece = $0.input.read()
        reads.append([$0.base.now.nanoseconds / 1_000_000, Int64(piece.count)])
        bytes += piece
      }
      event.onEvent = { [unowned self] event, what in
        let word = if case .error(let error) = what { "\(error.reason)" } else { "\(what)" }
        events.append("\(event.base.now.nanoseconds / 1_000_000) \(word)")
      }
    }
  }

  private func onLink(
    _ conditions: LinkConditions, back: LinkConditions? = nil, seed: UInt64 = 0,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (EventBase, SimulatedLink, BufferEvent, BufferEvent) throws -> Void
  ) throws {
    let base = EventBase(clock: .virtual)
    try {
      let link = SimulatedLink(on: base, conditions, back: back, seed: seed)
      let (left, right) = link.makeEnds()
      try body(base, link, left, right)
      left.close()
      right.close()
      try base.run(maximumSteps: 100_000)
    }()
    #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
  }

  @Test func `bytes and the end come later, each direction at its own time`() throws {
    try onLink(LinkConditions(latency: .milliseconds(40)), back: LinkConditions(latency: .milliseconds(5))) {
      base, _, left, right in
      let (here, there) = (Seen(left), Seen(right))
      left.write("ping")
      left.finish()
      right.write("pong")
      try base.run(maximumSteps: 1_000)
      #expect(there.reads == [[40, 4]])
      #expect(there.events == ["40 endOfInput"])
      #expect(here.reads == [[5, 4]])
    }
  }

  @Test func `bandwidth spreads bytes over time, and what waits waits behind it`() throws {
    try onLink(LinkConditions(latency: .milliseconds(10), bandwidth: 100_000, segment: 1_000)) { base, _, left, right in
      let there = Seen(right)
      left.write([UInt8](repeating: 1, count: 3_500))
      try base.run(for: .milliseconds(20))
      left.write([2])
      try base.run(maximumSteps: 1_000)
      #expect(there.reads == [[20, 1_000], [30, 1_000], [40, 1_000], [45, 500], [45, 1]])
    }
  }

  @Test(arguments: [1, 7, 1_460]) func `each segment comes by itself`(segment: Int) throws {
    try onLink(LinkConditions(segment: segment)) { base, _, left, right in
      let there = Seen(right)
      left.write([UInt8](repeating: 1, count: 3_000))
      try base.run(maximumSteps: 100_000)
      #expect(there.bytes.count == 3_000)
      #expect(there.reads.dropLast().allSatisfy { $0[1] == segment })
    }
  }

  @Test func `no more is under way than the window, and the writer feels it`() throws {
    try onLink(LinkConditions(latency: .milliseconds(100), window: 1_000)) { base, _, left, right in
      let there = Seen(right)
      left.write([UInt8](repeating: 1, count: 10_000))
      #expect(left.outputCount == 9_000)
      try base.run(for: .milliseconds(350))
      #expect(there.reads == [[100, 1_000], [200, 1_000], [300, 1_000]])
      #expect(left.outputCount == 6_000)
    }
  }

  @Test func `a reader that does not read stops the writer, and nothing spins`() throws {
    try onLink(LinkConditions(latency: .milliseconds(1), segment: 500, window: 5_000)) { base, _, left, right in
      right.readMarks = Watermarks(high: 700)
      left.write([UInt8](repeating: 1, count: 20_000))
      left.finish()
      try base.run(maximumSteps: 1_000)
      #expect(right.inputCount == 700)
      #expect(left.outputCount > 14_000)
      var count = 0
      for _ in 0..<1_000 where !right.isInputEnded || right.inputCount > 0 {
        count += right.input.drain(100)
        try base.run(maximumSteps: 1_000)
      }
      #expect(count == 20_000)
    }
  }

  @Test func `a reset overtakes what is under way`() throws {
    try onLink(LinkConditions(latency: .milliseconds(10), bandwidth: 1_000)) { base, _, left, right in
      let there = Seen(right)
      left.write([UInt8](repeating: 1, count: 10_000))
      try base.run(for: .milliseconds(5))
      left.abort()
      try base.run(maximumSteps: 1_000)
      #expect(there.bytes == [])
      #expect(there.events == ["15 reset"])
    }
  }

  @Test func `an end that closed has the other's writes refused, once that has heard of it`() throws {
    try onLink(LinkConditions(latency: .milliseconds(10))) { base, _, left, right in
      let there = Seen(right)
      left.write("bye")
      left.close()
      right.write("lost")
      try base.run(maximumSteps: 1_000)
      #expect(there.bytes == Array("bye".utf8))
      #expect(there.events == ["10 endOfInput", "10 endOfOutput"])
      #expect(right.write("x") == .refused(.peerClosed))
    }
  }

  @Test func `a link that is down keeps what is under way`() throws {
    try onLink(LinkConditions(latency: .milliseconds(10))) { base, link, left, right in
      let there = Seen(right)
      left.write("through the night")
      link.isDown = true
      try base.run(for: .seconds(60), maximumSteps: 1_000)
      #expect(there.reads == [])
      link.isDown = false
      try base.run(maximumSteps: 1_000)
      #expect(there.reads == [[60_000, 17]])
    }
  }

  @Test func `a seed gives the same schedule each time`() throws {
    func schedule(seed: UInt64) throws -> [[Int64]] {
      var reads: [[Int64]] = []
      let conditions = LinkConditions(
        latency: .milliseconds(10), jitter: .milliseconds(30), segment: 100, variesSegments: true)
      try onLink(conditions, seed: seed) { base, _, left, right in
        let there = Seen(right)
        for _ in 0..<20 {
          left.write([UInt8](repeating: 1, count: 300))
          try base.run(for: .milliseconds(7))
        }
        try base.run(maximumSteps: 10_000)
        #expect(there.bytes.count == 6_000)
        reads = there.reads
      }
      return reads
    }
    let first = try schedule(seed: 1)
    #expect(try schedule(seed: 1) == first)
    #expect(try schedule(seed: 2) != first)
  }

  @Test func `filters keep their contract on a network too`() {
    var contract = FilterContract()
    contract.link = {
      SimulatedLink(
        on: $0, LinkConditions(latency: .milliseconds(3), jitter: .milliseconds(2), segment: 20, variesSegments: true)
      )
      .makeEnds()
    }
    let report = contract.checkLayers(near: { try $0.filtered(by: Pass()) }, far: { try $0.filtered(by: Pass()) })
    #expect(report.failures.isEmpty, "\(report)")
  }
}
