import Testing

@testable import Sluice

/// Stacks over sockets whose top is not read, and whose writing fails.
struct StoppedReaderTests {
  @Test(arguments: [true, false])
  func `that writing failed is told though the bytes below a disabled top are never read`(isDisabledFirst: Bool) throws {
    let base = EventBase(clock: .virtual)
    let (other, wire) = try base.socketPair()
    let top = try wire.filtered(by: Pass())
    let log = EventLog()
    // A full input may be read again; a disabled one is not waited for.
    if isDisabledFirst { top.disable(.read) } else { top.readMarks = Watermarks(high: 1) }
    log.follow(top)
    other.write([UInt8](repeating: 1, count: 600_000))
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
}
