import Testing

@testable import Sluice

/// Stacks that break above bytes which their filters have not decoded.
struct StoppedReaderTests {
  @Test(arguments: [true, false], [600_000, 100_000])
  func `that writing failed is told though the bytes below a disabled top are never read`(
    isDisabledFirst: Bool, count: Int
  ) throws {
    let base = EventBase(clock: .virtual)
    let (other, wire) = try base.socketPair()
    let top = try wire.filtered(by: Pass())
    let log = EventLog()
    // A full input may be read again; a disabled one is not waited for.
    if isDisabledFirst { top.disable(.read) } else { top.readMarks = Watermarks(high: 1) }
    log.follow(top)
    other.write([UInt8](repeating: 1, count: count))
    try base.settle()
    other.abort()
    top.write("for nobody")
    try base.settle()
    if !isDisabledFirst {
      #expect(!log.lines.contains { $0.contains("error") })
      top.disable(.read)
      try base.settle()
    }
    #expect(log.lines.filter { $0.contains("error") }.count == 1)
    top.close()
    try base.settle()
    #expect(base.lingering.isEmpty)
  }

  @Test func `a reset of a pair comes behind what filters have not decoded yet`() throws {
    let base = EventBase(clock: .virtual)
    let (other, wire) = base.pair()
    let top = try wire.filtered(by: Pass())
    var received = 0
    top.readMarks = Watermarks(high: 1_000)
    top.onRead = { received += $0.input.read().count }
    top.onEvent = { _, _ in #expect(received == 50_000) }
    other.write([UInt8](repeating: 1, count: 50_000))
    other.abort()
    try base.settle()
    #expect(received == 50_000)
    #expect(top.failure?.isReset == true)
  }
}
