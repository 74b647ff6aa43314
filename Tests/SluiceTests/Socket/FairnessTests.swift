import Testing

@testable import Sluice

/// One loop, one flow that takes all it gets, and many small ones (proxies' fault 34). Counted in bytes, not in time.
@Suite struct FairnessTests {
  /// A connection that goes back and forth without end, and how much of the flow passed while it waited.
  private final class Ball {
    var trips = 0
    var longest = 0
    private var last = 0

    func came(at bytes: Int) {
      trips += 1
      longest = max(longest, bytes - last)
      last = bytes
    }
  }

  @Test(arguments: PollerKind.all)
  func `a hundred small connections are served while one streams as fast as it can`(poller: PollerKind) throws {
    try onEndingBase(poller) { base in
      let (source, sink) = try base.socketPair()
      var streamed = 0
      sink.onRead = { streamed += $0.input.drain() }
      let block = [UInt8](repeating: 1, count: 64 * 1024)
      func fill(_ event: BufferEvent) { while event.writeRoom > 0 { event.write(block) } }
      source.onWrite = fill

      let balls = (0..<100).map { _ in Ball() }
      var ends: [BufferEvent] = []
      for ball in balls {
        let (left, right) = try base.socketPair()
        right.onRead = { $0.write(&$0.input) }
        left.onRead = { event in
          ball.came(at: streamed)
          event.write(&event.input)
        }
        left.write("ball")
        ends += [left, right]
      }
      fill(source)
      try base.run(until: "a hundred trips each") { balls.allSatisfy { $0.trips >= 100 } }
      #expect(streamed > 0)
      // A trip is two rounds. In one the flow may read its share, and what it has read is what its writer sends in the next.
      let share = 4 * 1024 * 1024
      #expect(balls.allSatisfy { $0.longest <= share }, "\(balls.map(\.longest).max() ?? 0)")
      let trips = balls.map(\.trips)
      #expect(try #require(trips.max()) <= 2 * (try #require(trips.min())))
    }
  }
}
