import Testing

@testable import StackDescription

@Suite struct `Values with units` {
  @Test(arguments: [
    ("0", 0), ("512", 512), ("512B", 512), ("64KiB", 65_536), ("10MB", 10_000_000), ("1.5KiB", 1_536), ("2kB", 2_000),
    ("1GiB", 1 << 30), ("0.5TiB", 1 << 39), ("8191.5GiB", 8_795_556_151_296),
  ])
  func `an amount of bytes is read exactly`(_ text: String, _ count: Int) throws {
    #expect(try ByteCount.parse(text) == count)
    #expect(try ByteCount.parse(ByteCount.exact(count)) == count)
  }

  @Test(arguments: ["10M", "10m", "1.5G", "10k"])
  func `a bare prefix is refused with both readings`(_ text: String) {
    let letter = text.last.map { $0.uppercased() } ?? ""
    let number = text.dropLast()
    #expect(
      throws: ValueProblem("\(text) can be read in two ways", hint: "write \(number)\(letter)iB or \(number)\(letter)B")
    ) {
      try ByteCount.parse(text)
    }
    #expect(
      throws: ValueProblem(
        "\(text) can be read in two ways", hint: "write \(number)\(letter)iB/s or \(number)\(letter)B/s")
    ) {
      try Rate.parse(text)
    }
  }

  @Test(arguments: [
    "", "B", "-1", "1.5B", "0.3KiB", "1.", ".5", "1..2", "10Mi", "5 KiB", "1e3", "9999999TiB", "99999999999999999999",
    "٣KiB", "64KIB",
  ])
  func `what is no amount of bytes is refused`(_ text: String) {
    #expect(throws: ValueProblem.self) { try ByteCount.parse(text) }
  }

  @Test(arguments: [
    ("10MiB/s", 10 << 20), ("80Mbit/s", 10_000_000), ("1kB/s", 1_000), ("8bit/s", 1), ("1000/s", 1_000), ("5B/s", 5),
  ])
  func `a rate is read exactly`(_ text: String, _ rate: Int) throws {
    #expect(try Rate.parse(text) == rate)
    #expect(try Rate.parse(Rate.exact(rate)) == rate)
  }

  @Test(arguments: ["10MiB", "10", "10MiB/h", "1bit/s", "/s", "10M/s", "fast", ""])
  func `what is no rate is refused`(_ text: String) {
    #expect(throws: ValueProblem.self) { try Rate.parse(text) }
  }

  @Test(arguments: [
    ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("1.5h", .seconds(5_400)),
    ("7us", .microseconds(7)), ("1ns", .nanoseconds(1)), ("0s", .zero),
  ])
  func `a time is read exactly`(_ text: String, _ time: Duration) throws {
    #expect(try TimeSpan.parse(text) == time)
    #expect(try TimeSpan.parse(TimeSpan.exact(time)) == time)
  }

  @Test(arguments: ["", "5", "5min", "-5s", "0.5ns", "99999999999h", "s"])
  func `what is no time is refused`(_ text: String) {
    #expect(throws: ValueProblem.self) { try TimeSpan.parse(text) }
  }

  @Test func `numbers for people are rounded to a tenth in a unit that can be read back`() throws {
    #expect(ByteCount.rounded(1_258_291) == "1.2MiB")
    #expect(ByteCount.rounded(999) == "999B")
    #expect(Rate.rounded(10.26 * 1_048_576) == "10.3MiB/s")
    #expect(TimeSpan.rounded(.microseconds(12_345)) == "12.3ms")
    #expect(TimeSpan.rounded(.milliseconds(1_500)) == "1.5s")
    #expect(TimeSpan.rounded(.nanoseconds(850_400)) == "850us")
  }
}
