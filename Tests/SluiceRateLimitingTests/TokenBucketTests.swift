import SluiceTesting
import Testing

@testable import SluiceRateLimiting

struct TokenBucketTests {
  @Test func `refill keeps the part of a byte, so that nothing drifts`() {
    var bucket = TokenBucket(rate: 3, burst: 1_000_000, level: 0, now: 0)
    for step in Int64(1)...100_000 { bucket.refill(at: step * 10_010) }
    // 3 bytes a second for 1.001 seconds, in steps that bring three hundred-thousandths of a byte.
    #expect(bucket.level == 3)
    bucket.refill(at: 1_000_000_000_000)
    #expect(bucket.level == 3_000)
  }

  @Test func `nothing gathers above the burst, and no part of a byte either`() {
    var bucket = TokenBucket(rate: 1_000, burst: 10, now: 0)
    bucket.refill(at: 999_999)
    bucket.take(10)
    bucket.refill(at: 1_999_998)
    #expect(bucket.level == 0, "what was lost at the burst does not come back")
    bucket.refill(at: 1_999_999)
    #expect(bucket.level == 1)
    bucket.take(-100)
    #expect(bucket.level == 10)
    bucket.take(1)
    bucket.refill(at: 2_999_998)
    #expect(bucket.level == 9, "giving back up to the burst leaves no part of a byte over")
  }

  /// R3.
  @Test func `with a tick the start is what one tick brings, and without one the burst`() {
    #expect(TokenBucket(rate: 1_000, burst: 5_000, tick: 100_000_000, now: 0).level == 100)
    #expect(TokenBucket(rate: 1_000, burst: 5_000, now: 0).level == 5_000)
    #expect(TokenBucket(rate: 1_000, burst: 5_000, level: -7, now: 0).level == -7)
    #expect(TokenBucket(rate: 1_000, burst: 5_000, level: 9_999, now: 0).level == 5_000)
  }

  /// R4.
  @Test(arguments: [(100, 60, 60), (-250, 60, -250), (40, 60, 40)] as [(Int64, Int64, Int64)])
  func `a change cuts the level to the new burst, and leaves a negative one`(_ case: (Int64, Int64, Int64)) {
    var bucket = TokenBucket(rate: 100, burst: 1_000, level: `case`.0, now: 0)
    bucket.change(rate: 60, burst: `case`.1, now: 0)
    #expect(bucket.level == `case`.2)
  }

  /// R5.
  @Test func `with a tick nothing gathers between ticks, and parts of bytes are kept from tick to tick`() {
    var bucket = TokenBucket(rate: 1, burst: 100, level: 0, tick: 1_000_000, now: 0)
    bucket.refill(at: 999_999_999)
    #expect(bucket.level == 0)
    bucket.refill(at: 1_000_000_000)
    #expect(bucket.level == 1)
    bucket.refill(at: 1_999_000_000)
    bucket.refill(at: 1_999_999_999)
    #expect(bucket.level == 1)
    bucket.refill(at: 2_000_999_999)
    #expect(bucket.level == 2)
    #expect(bucket.lastRefill == 2_000_000_000)
  }

  /// R2, libevent#27 of part 3: the clock never goes back for us.
  @Test func `an instant before the last one counts as the last one`() {
    var bucket = TokenBucket(rate: 1_000, burst: 1_000, level: 0, now: 5_000_000_000)
    bucket.refill(at: 0)
    #expect(bucket.level == 0)
    bucket.refill(at: 5_100_000_000)
    #expect(bucket.level == 100)
  }

  @Test(arguments: [0, 1_000_000, 100_000_000] as [Int64])
  func `the instant that reaches a level is the first that does`(_ tick: Int64) {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<2_000 {
      let rate = Int64.random(in: 1...2_000_000_000, using: &random)
      let least = max(1, rate / (tick > 0 ? 10 : 1_000) + 1)
      let burst = Int64.random(in: least...least * 20, using: &random)
      let level = Int64.random(in: -burst...burst, using: &random)
      let start = Int64.random(in: -1_000...1_000_000_000_000, using: &random)
      let bucket = TokenBucket(rate: rate, burst: burst, level: level, tick: tick, now: start)
      let wanted = Int64.random(in: -burst...burst, using: &random)
      let time = bucket.instant(reaching: wanted)
      var (there, before) = (bucket, bucket)
      there.refill(at: time)
      #expect(there.level >= wanted)
      guard wanted > level else { continue }
      before.refill(at: time - 1)
      #expect(before.level < wanted)
      #expect(tick == 0 || (time - start) % tick == 0)
    }
  }

  /// Row 27: extremes, in all combinations.
  @Test func `no value overflows, and no level passes the burst`() {
    let values: [Int64] = [.min, .min + 1, -1, 0, 1, 2, 999_999_999, 1 << 31, 1 << 62, .max - 1, .max]
    for rate in values {
      for burst in values {
        for tick in values {
          var bucket = TokenBucket(rate: rate, burst: burst, level: 0, tick: tick, now: 0)
          var holds = true
          for value in values {
            bucket.take(value)
            holds = holds && bucket.level <= bucket.burst
            bucket.refill(at: value)
            holds = holds && bucket.level <= bucket.burst
            holds = holds && bucket.instant(reaching: value) >= bucket.lastRefill
            bucket.change(rate: value, burst: value, tick: value, now: value)
            holds = holds && bucket.level <= bucket.burst
          }
          #expect(holds, "rate \(rate), burst \(burst), tick \(tick)")
        }
      }
    }
  }

  @Test func `a rate of one byte a second brings one byte a second`() {
    var bucket = TokenBucket(rate: 1, burst: 1, level: 0, now: 0)
    #expect(bucket.instant(reaching: 1) == 1_000_000_000)
    bucket.refill(at: 999_999_999)
    #expect(bucket.level == 0)
    bucket.refill(at: 1_000_000_000)
    #expect(bucket.level == 1)
  }

  @Test func `a clock far ahead fills the bucket and no more`() {
    var bucket = TokenBucket(rate: 1 << 62, burst: 1 << 62, level: -(1 << 61), now: 0)
    bucket.refill(at: .max)
    #expect(bucket.level == 1 << 62)
    #expect(bucket.instant(reaching: .max) == .max)
  }

  @Test func `a level that is far below comes back at the rate, and not before`() {
    var bucket = TokenBucket(rate: 1, burst: 10, level: .min, now: 0)
    #expect(bucket.instant(reaching: 1) == .max)
    bucket.refill(at: .max)
    #expect(bucket.level < 0)
  }

  /// The property that a limit is for.
  @Test(arguments: [0, 1_000_000, 7_000_000] as [Int64])
  func `no window of any length passes more than burst and rate times window`(_ tick: Int64) {
    var random = SeededGenerator(seed: 27 + UInt64(tick))
    for _ in 0..<200 {
      let rate = Int64.random(in: 1...50_000_000, using: &random)
      let burst = Int64.random(in: max(1, rate / 50)...max(2, rate / 2), using: &random)
      var bucket = TokenBucket(rate: rate, burst: burst, tick: tick, now: 0)
      var now: Int64 = 0
      var taken: [(at: Int64, bytes: Int64)] = []
      for _ in 0..<60 {
        now += Int64.random(in: 0...20_000_000, using: &random)
        bucket.refill(at: now)
        guard bucket.level > 0 else { continue }
        let count = Bool.random(using: &random) ? bucket.level : Int64.random(in: 1...bucket.level, using: &random)
        bucket.take(count)
        taken.append((now, count))
      }
      var worst: Int128 = .min
      for first in taken.indices {
        var sum: Int128 = 0
        for entry in taken[first...] {
          sum += Int128(entry.bytes)
          let window = Int128(entry.at - taken[first].at + tick)
          worst = max(worst, (sum - Int128(burst)) * 1_000_000_000 - Int128(rate) * window)
        }
      }
      #expect(worst <= 0)
    }
  }
}
