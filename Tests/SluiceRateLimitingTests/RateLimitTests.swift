import Sluice
import Testing

@testable import SluiceRateLimiting

struct RateLimitTests {
  /// R1, row 27.
  @Test(arguments: [0, -1, Int64.min])
  func `a rate of zero or less is refused`(_ rate: Int64) {
    #expect(throws: RateLimitError.rateNotPositive(ByteRate(bytesPerSecond: rate))) {
      try RateLimit(ByteRate(bytesPerSecond: rate))
    }
  }

  @Test func `a burst below what a tick brings is refused, and says what is needed`() throws {
    let rate = ByteRate.per(ms(100), 1_000)
    #expect(throws: RateLimitError.burstBelowRate(999, needed: 1_000, tick: ms(100))) {
      try RateLimit(rate, burst: 999, tick: ms(100))
    }
    _ = try RateLimit(rate, burst: 1_000, tick: ms(100))
  }

  @Test func `without a tick the burst is at least what a millisecond brings`() throws {
    let rate = ByteRate.perSecond(.megabytes(10))
    #expect(throws: RateLimitError.burstBelowRate(9_999, needed: .kilobytes(10), tick: nil)) {
      try RateLimit(rate, burst: 9_999)
    }
    _ = try RateLimit(rate, burst: 10_000)
    #expect(throws: RateLimitError.burstBelowRate(0, needed: 1, tick: nil)) {
      try RateLimit(ByteRate("1B/s"), burst: 0)
    }
  }

  @Test(arguments: [Duration.microseconds(999), .zero, .seconds(-1), .seconds(86_401), .seconds(Int64.max)])
  func `a tick is between a millisecond and a day`(_ tick: Duration) {
    #expect(throws: RateLimitError.tickOutOfBounds(tick)) { try RateLimit(ByteRate("1kB/s"), tick: tick) }
  }

  @Test(arguments: [Int64(1), 1 << 62, .max]) func `rates from one byte a second to the end of 64 bits are taken`(
    _ rate: Int64
  ) throws {
    let limit = try RateLimit(ByteRate(bytesPerSecond: rate))
    #expect(limit.burst(of: try #require(limit.reading)) >= 1)
    _ = try RateLimit(ByteRate(bytesPerSecond: rate), tick: ms(1))
    _ = try RateLimit(ByteRate(bytesPerSecond: rate), tick: .seconds(86_400))
  }

  @Test func `a limit says what it is`() throws {
    let limit = try RateLimit(reading: .init(ByteRate("1MB/s"), burst: .kibibytes(64)), tick: ms(10))
    #expect(limit.description == "reading 1MB/s, burst 64KiB; tick 0.01 seconds")
    #expect(RateLimit.unlimited.description == "unlimited")
    #expect(try RateLimit(ByteRate("1MB/s")).description == "reading 1MB/s, burst 100kB; writing 1MB/s, burst 100kB")
  }

  @Test func `every refusal says what to do`() {
    let errors: [RateLimitError] = [
      .rateNotPositive(ByteRate(bytesPerSecond: 0)), .burstBelowRate(1, needed: 2, tick: nil), .tickOutOfBounds(.zero),
      .limiterInUse, .alreadyInGroup, .otherBase, .groupClosed, .groupWithinItself, .stack(.closed),
    ]
    #expect(Set(errors.map(\.description)).count == errors.count)
    #expect(errors[1].description == "a burst of 1B is less than what a millisecond brings: give at least 2B")
  }
}
