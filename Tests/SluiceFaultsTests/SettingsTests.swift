import Sluice
import Testing

@testable import SluiceFaults

struct SettingsTests {
  private static let mistakes: [(Fault, String)] = [
    (.latency(ms(-1)), "a latency of -0.001 seconds is less than nothing: give 0 or more"),
    (.latency(ms(1), jitter: ms(-1)), "a jitter of -0.001 seconds is less than nothing: give 0 or more"),
    (.latency(ms(1), holding: 0), "the bytes held of 0 is too little: give 1 or more"),
    (.slice(0), "a slice of 0 is too little: give 1 or more"),
    (.slice(5, variation: 5), "a variation of 5 cannot be: give 0 to 4"),
    (.slice(5, pause: ms(-1)), "a pause of -0.001 seconds is less than nothing: give 0 or more"),
    (.corrupt(.byte(at: -1)), "an offset of -1 is too little: give 0 or more"),
    (.corrupt(.byte(at: 0, bit: 8)), "a bit of 8 cannot be: give 0 to 7"),
    (.corrupt(.one(in: 0)), "one byte in of 0 is too little: give 1 or more"),
    (.cut(after: -1), "a number of bytes of -1 is too little: give 0 or more"),
    (.stall(after: -1), "a number of bytes of -1 is too little: give 0 or more"),
    (.stall(for: ms(-1)), "a stall of -0.001 seconds is less than nothing: give 0 or more"),
  ]

  @Test(arguments: mistakes) func `a mistake says what was given, and what may be`(fault: Fault, words: String) {
    let error = #expect(throws: FaultSettingsError.self) { _ = try FaultFilter(fault) }
    #expect(error?.description == words)
  }

  @Test func `a fault in no direction is a mistake`() {
    #expect(throws: FaultSettingsError.noDirection) { _ = try FaultFilter(.slice(), []) }
  }

  @Test func `extremes are taken`() throws {
    for fault: Fault in [
      .latency(.seconds(Int64.max), jitter: .seconds(Int64.max), holding: .max), .slice(.max, variation: .max - 1),
      .corrupt(.byte(at: .max)), .corrupt(.one(in: .max)), .cut(after: .max),
      .stall(after: .max, for: .seconds(Int64.max)),
      .stall(for: .seconds(Int64.max)),
    ] {
      let base = EventBase(clock: .virtual)
      let (left, right) = base.pair()
      let top = try left.disturbed(by: fault)
      top.write("abc")
      right.write("abc")
      try base.run(for: ms(1), maximumSteps: 1_000)
      top.abort()
    }
  }

  @Test func `debug descriptions tell the fault, and how often it struck`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .corrupt(.one(in: 2)), .write)
      top.write("abcd")
      #expect(top.debugDescription.hasPrefix("filter corrupt (corruption of one byte in 2, writing, struck 2 times)"))
      top.close()
      right.close()
    }
  }
}
