import SluiceTesting
import Testing

@testable import SluiceRateLimiting

struct ByteRateTests {
  @Test(
    arguments: [
      ("10MiB/s", 10_485_760), ("80Mbit/s", 10_000_000), ("1.5 MB/s", 1_500_000), ("1B/s", 1), ("8bit/s", 1),
      ("64KiB/s", 65_536), ("1KB/s", 1_000), ("1kB/s", 1_000), ("0.5KiB/s", 512), ("2Gbit/s", 250_000_000),
      ("9223372036854775807B/s", Int64.max), ("0B/s", 0),
    ])
  func `a rate is a number, a unit, and a second`(_ text: String, _ bytes: Int64) throws {
    #expect(try ByteRate(text).bytesPerSecond == bytes)
  }

  @Test(arguments: ["10M", "10M/s", "3 G/s", "7k/s", "7K"])
  func `a prefix alone is refused, and both readings are named`(_ text: String) {
    let error = #expect(throws: ByteUnitError.self) { try ByteRate(text) }
    let number = text.prefix { $0.isNumber }
    #expect(error?.description.contains("\(number)") == true)
    #expect(error?.description.contains("iB (bytes)") == true)
    #expect(error?.description.contains("bit (bits)") == true)
  }

  @Test(
    arguments: [
      ("", ByteUnitError.noNumber("")), ("fast", .noNumber("fast")), ("10MiB", .noTime("10MiB")),
      ("10/s", .noUnit("10")),
      ("10 parsecs/s", .unknownUnit("parsecs", in: "10 parsecs/s")), ("1bit/s", .notWhole("1bit/s")),
      ("0.3B/s", .notWhole("0.3B/s")), ("9223372036854775808B/s", .tooLarge("9223372036854775808B/s")),
      ("99999999999999999999B/s", .tooLarge("99999999999999999999B/s")),
      ("9000000000GiB/s", .tooLarge("9000000000GiB/s")),
      ("1.2.3MB/s", .noNumber("1.2.3MB/s")), (".5MB/s", .noNumber(".5MB/s")), ("-1MB/s", .noNumber("-1MB/s")),
      ("1.0000000000000000000000001B/s", .tooLarge("1.0000000000000000000000001B/s")),
      ("\u{0663}MB/s", .noNumber("\u{0663}MB/s")),
      ("10\u{301}MB/s", .unknownUnit("0\u{301}MB", in: "10\u{301}MB/s")),
    ])
  func `what is no rate is refused with the reason`(_ text: String, _ expected: ByteUnitError) {
    #expect(throws: expected) { try ByteRate(text) }
    #expect(!expected.description.isEmpty)
  }

  @Test(arguments: [
    "10MiB/s", "10MB/s", "1B/s", "1023B/s", "1KiB/s", "3GB/s", "2GiB/s", "0B/s", "1500kB/s", "9223372036854775807B/s",
  ])
  func `what is printed is parsed again as the same`(_ text: String) throws {
    #expect(try ByteRate(text).description == text)
  }

  @Test func `any rate comes back from its text`() throws {
    var random = SeededGenerator(seed: 1)
    for shift in 0..<63 {
      let rate = ByteRate(bytesPerSecond: Int64.random(in: 0...Int64.max, using: &random) >> shift)
      #expect(try ByteRate(rate.description) == rate)
    }
  }

  @Test func `units are what they are called, and saturate`() {
    #expect(ByteRate.perSecond(.mebibytes(1)).bytesPerSecond == 1 << 20)
    #expect(ByteCount.megabits(8) == .megabytes(1))
    #expect(ByteCount.kilobits(8) == .kilobytes(1))
    #expect(ByteCount.gigabits(8) == .gigabytes(1))
    #expect(ByteCount.gibibytes(.max).bytes == .max)
    #expect(ByteCount.gibibytes(.min).bytes == .min)
    #expect(ByteRate.per(.milliseconds(100), 1_000).bytesPerSecond == 10_000)
    #expect(ByteRate.per(.zero, .bytes(.max)).bytesPerSecond == .max)
    #expect(ByteRate.per(.seconds(-1), .bytes(-5)).bytesPerSecond == 0)
    #expect(try! ByteCount("64KiB") == .kibibytes(64))
  }
}
