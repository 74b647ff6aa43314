import Sluice
import Testing

@testable import SluiceTap

struct TapFileTests {
  @Test func `a file that cannot be made says why`() {
    let error = #expect(throws: TapFileError.self) { _ = try TapFile(path: "/nowhere/at/all") }
    #expect(error?.description == "/nowhere/at/all: cannot be opened: No such file or directory")
  }

  @Test func `a full disk breaks no stream, and is told once`() throws {
    try inVirtualTime { base in
      let file = try TapFile(path: "/dev/full")
      let (left, right) = base.pair()
      let top = try left.tapped(by: TapDump(.hex, to: file))
      var notices: [String] = []
      top.onEvent = { notices.append("\($1)") }
      var count = 0
      right.onRead = { count += $0.input.drain() }
      for _ in 0..<3 {
        top.write(counting(50_000))
        try base.run()
      }
      #expect(count == 150_000)
      #expect(notices.count == 1)
      #expect(notices[0].contains("/dev/full: cannot be written: No space left on device"))
      #expect(try #require(top.filterHandle(TapStatus.self)).failures >= 3)
      top.close()
      right.close()
    }
  }

  @Test func `what gathers leaves when 64 KiB are together, and with the last owner`() throws {
    let path = TemporaryFile()
    var file: TapFile? = try TapFile(path: path.path)
    try file?.append([UInt8](repeating: 1, count: 65_535))
    #expect(path.bytes.count == 0)
    try file?.append([2])
    #expect(path.bytes.count == 65_536)
    try file?.append("rest")
    file = nil
    #expect(path.bytes.count == 65_540)
  }
}
