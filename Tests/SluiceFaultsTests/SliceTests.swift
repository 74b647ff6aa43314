import Sluice
import Testing

@testable import SluiceFaults

struct SliceTests {
  @Test(arguments: [Directions.read, .write], [1, 3, 64])
  func `each piece comes by itself`(direction: Directions, size: Int) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .slice(size), direction)
      let (sender, receiver) = direction == .write ? (top, right) : (right, top)
      let seen = Witness(receiver)
      // Two writes of one turn, and more of a callback.
      sender.write(counting(50))
      sender.write((50..<200).map { UInt8($0) })
      sender.finish()
      try base.run()
      #expect(seen.bytes == counting(200))
      #expect(seen.sizes.allSatisfy { $0 <= size })
      #expect(seen.sizes.count >= 200 / size)
      #expect(seen.events == ["0 end"])
      top.close()
      right.close()
    }
  }

  /// Makes a record of all that a round of the loop brings, as TLS does.
  struct Gatherer: Filter {
    private var isDue = false

    mutating func encode(
      _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
    ) -> FilterProgress {
      guard isDue || context.mode != .normal else {
        context.wakeSoon()
        return .needsMore
      }
      isDue = false
      let count = UInt8(min(source.count, 255))
      guard count > 0 else { return .needsMore }
      target.append([count])
      target.append(upTo: Int(count), from: &source)
      return .moved
    }

    mutating func decode(
      _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
    ) -> FilterProgress { target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore }

    mutating func wake(_ context: inout FilterContext) { isDue = true }
  }

  @Test func `a layer below that joins what a round brings gets a piece at a time`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.filtered(by: Gatherer()).disturbed(by: .slice(2))
      let seen = Witness(right)
      top.write([1, 2, 3, 4, 5])
      top.write([6, 7])
      top.finish()
      try base.run()
      #expect(seen.bytes == [2, 1, 2, 2, 3, 4, 2, 5, 6, 1, 7])
      top.close()
      right.close()
    }
  }

  @Test func `pieces come apart by a pause, and vary`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .slice(10, variation: 5, pause: ms(7)), .write, seed: 3)
      let seen = Witness(right)
      top.write(counting(255))
      top.finish()
      try base.run()
      #expect(seen.bytes == counting(255))
      #expect(seen.sizes.dropLast().allSatisfy { (5...15).contains($0) })
      #expect(Set(seen.sizes).count > 4)
      let times = seen.reads.map { $0.at.nanoseconds / 1_000_000 }
      #expect(times == (0..<times.count).map { Int64($0 * 7) })
      top.close()
      right.close()
    }
  }

  @Test func `a seed gives the same pieces each time`() throws {
    func sizes(seed: UInt64) throws -> [Int] {
      let base = EventBase(clock: .virtual)
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .slice(10, variation: 9), .write, seed: seed)
      let seen = Witness(right)
      top.write(counting(1_000))
      try base.run()
      return seen.sizes
    }
    let first = try sizes(seed: 1)
    #expect(try sizes(seed: 1) == first)
    #expect(try sizes(seed: 2) != first)
  }

  @Test func `the loop is kept running no longer than a pause`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .slice(1, pause: ms(7)))
      top.write("x")
      try base.run()
      #expect(base.milliseconds == 7)
      top.close()
      right.close()
    }
  }

  @Test func `a close waits for the last piece, and a disabled reader makes nothing spin`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .slice(1, pause: ms(1)))
      right.disable(.read)
      top.write("abc")
      top.close()
      try base.run(maximumSteps: 1_000)
      let seen = Witness(right)
      right.enable(.read)
      try base.run()
      #expect(seen.text == "abc")
      #expect(seen.events.count == 1)
      right.close()
    }
  }
}
