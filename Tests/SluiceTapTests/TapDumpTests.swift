import Sluice
import Testing

@testable import SluiceTap

struct TapDumpTests {
  private func dumped(
    _ style: TapDump.Style, recordLimit: Int = .max, totalLimit: Int = .max,
    _ body: (EventBase, BufferEvent, BufferEvent) throws -> Void
  ) throws -> [String] {
    let lines = Lines()
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.tapped(by: lines.dump(style, recordLimit: recordLimit, totalLimit: totalLimit))
      try body(base, top, right)
      try base.run()
      top.close()
      right.close()
    }
    return lines.all
  }

  @Test func `hexadecimal lines tell time, direction, offset, bytes and characters`() throws {
    let lines = try dumped(.hex) { base, top, peer in
      top.write("GET / HTTP/1.1\r\nHost: a\r\n")
      try base.run(for: .microseconds(1_500_250))
      peer.write([0, 255])
      try base.run()
      top.finish()
    }
    #expect(
      lines == [
        "0.000000 > 00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|",
        "0.000000 > 00000010  48 6f 73 74 3a 20 61 0d  0a                       |Host: a..|",
        "1.500250 < 00000000  00 ff                                             |..|",
        "1.500250 > 00000019  end",
      ])
  }

  @Test func `text comes line by line, with what cannot be printed escaped`() throws {
    let lines = try dumped(.text) { base, top, peer in
      top.write("a\"b\\\t\r\n\n\u{7f}é")
      try base.run()
      peer.write(String(repeating: "x", count: 300))
    }
    #expect(
      lines == [
        #"0.000000 > 0 "a\"b\\\t\r\n""#, #"0.000000 > 7 "\n""#, #"0.000000 > 8 "\x7f\xc3\xa9""#,
        "0.000000 < 0 \"" + String(repeating: "x", count: 256) + "\"",
        "0.000000 < 256 \"" + String(repeating: "x", count: 44) + "\"", "0.000000 > 11 end",
      ])
  }

  @Test func `limits for what passes at once, and for all, are told where they are reached`() throws {
    let lines = try dumped(.text, recordLimit: 4, totalLimit: 7) { base, top, _ in
      for word in ["abcdef", "gh", "ijk", "l"] {
        top.write(word)
        try base.run()
      }
      top.finish()
    }
    #expect(
      lines == [
        #"0.000000 > 0 "abcd""#, "0.000000 > 4 2 bytes more", #"0.000000 > 6 "gh""#, #"0.000000 > 8 "i""#,
        "0.000000 > 9 the limit is reached: nothing more is shown",
      ])
  }

  @Test func `several taps share a file, each with its label`() throws {
    let path = TemporaryFile()
    try inVirtualTime { base in
      let file = try TapFile(path: path.path)
      let (left, right) = base.pair()
      let inner = try left.tapped(by: TapDump(.text, label: "below", to: file))
      let top = try inner.tapped(by: TapDump(.text, label: "above", to: file))
      top.write("abc")
      #expect(path.text == "", "what is written gathers")
      try base.run()
      #expect(path.text == "above 0.000000 > 0 \"abc\"\nbelow 0.000000 > 0 \"abc\"\n")
      top.close()
      right.close()
    }
    #expect(path.text.hasSuffix("above 0.000000 > 3 end\nbelow 0.000000 > 3 end\n"))
  }
}
