import Sluice
import Testing

@testable import SluiceFaults

struct CorruptTests {
  @Test(arguments: [0, 1, 499, 999], [0, 7])
  func `one bit of one byte is turned over, however the bytes come`(offset: Int, bit: Int) throws {
    let bytes = counting(1_000)
    var wanted = bytes
    wanted[offset] ^= 1 << UInt8(bit)
    for size in [1, 2, 3, 7, 1_000] {
      for limit in [1, 2, 5, 1_000] {
        let pieces = stride(from: 0, to: 1_000, by: size).map { Array(bytes[$0..<min($0 + size, 1_000)]) }
        #expect(try encoded(.corrupt(.byte(at: offset, bit: bit)), pieces, limit: limit) == wanted)
      }
    }
  }

  @Test func `a seed chooses the bit`() throws {
    let bits = try (0..<100).map { (seed: UInt64) in
      let bytes = try encoded(.corrupt(.byte(at: 2)), seed: seed, [[0, 0, 0, 0]])
      #expect(bytes[2].nonzeroBitCount == 1)
      #expect(bytes[0] | bytes[1] | bytes[3] == 0)
      return bytes[2].trailingZeroBitCount
    }
    #expect(Set(bits) == Set(0...7))
  }

  @Test(arguments: [1, 2, 10, 999], [1, 5])
  func `one byte in so many is damaged, in each stretch`(count: Int, limit: Int) throws {
    let damaged = try encoded(
      .corrupt(.one(in: count)), seed: 9, [[UInt8](repeating: 0, count: count * 50)], limit: limit)
    #expect(damaged.count == count * 50)
    for stretch in 0..<50 {
      let bits = damaged[stretch * count..<(stretch + 1) * count].map(\.nonzeroBitCount)
      #expect(bits.reduce(0, +) == 1)
    }
    let places = (0..<50).map { stretch in
      damaged.dropFirst(stretch * count).prefix(count).map { $0 }.firstIndex { $0 != 0 }
    }
    if count > 2 { #expect(Set(places).count > 4) }
  }

  @Test func `the same seed damages the same bytes, however they come, and the directions do not depend on each other`()
    throws
  {
    let bytes = [UInt8](repeating: 0, count: 5_000)
    let whole = try encoded(.corrupt(.one(in: 100)), seed: 4, [bytes])
    let pieces = [Array(bytes[..<77]), Array(bytes[77..<78]), Array(bytes[78...])]
    #expect(try encoded(.corrupt(.one(in: 100)), seed: 4, pieces, limit: 13) == whole)
    #expect(try encoded(.corrupt(.one(in: 100)), seed: 5, [bytes]) != whole)
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .corrupt(.one(in: 100)), seed: 4)
      let (here, there) = (Witness(top), Witness(right))
      right.write(bytes)
      top.write(bytes)
      try base.run()
      #expect(there.bytes == whole)
      #expect(here.bytes != whole)
      #expect(top.filterHandle(FaultRecord.self)?.strikes(.read) == 50)
      #expect(top.filterHandle(FaultRecord.self)?.strikes() == 100)
      top.close()
      right.close()
    }
  }
}
