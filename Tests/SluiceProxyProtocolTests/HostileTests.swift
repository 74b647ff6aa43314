import Sluice
import SluiceTesting
import Testing

@testable import SluiceProxyProtocol

/// Headers that are cut, damaged, or made up (faults, row 33).
struct HostileTests {
  static let wires: [[UInt8]] = {
    let lines = ProxyHeader.samples.filter(\.values.isEmpty).compactMap { try? $0.line() }
    return lines + ProxyHeader.samples.compactMap { try? $0.binary(withChecksum: true) }
  }()

  @Test(arguments: wires.indices) func `any cut of the input gives the same header and payload`(index: Int) throws {
    let payload = Array("payload\r\n".utf8)
    let wire = Self.wires[index] + payload
    let whole = try read([wire])
    #expect(whole.payload == payload)
    for cut in 1..<wire.count {
      #expect(try read([Array(wire[..<cut]), Array(wire[cut...])]) == whole, "cut at \(cut)")
    }
    #expect(try read(wire.map { [$0] }) == whole)
  }

  @Test(arguments: wires.indices) func `a header that is cut off is an error that says after how much`(index: Int)
    throws
  {
    let wire = Self.wires[index]
    for count in 0..<wire.count {
      #expect(try read([Array(wire[..<count])], ends: true).error == .cutOff(after: count))
    }
    #expect(try read([wire], ends: true).error == nil)
  }

  @Test func `with a checksum no bit of the addresses, nor of it, can be turned over unnoticed`() throws {
    for wire in Self.wires where wire[0] == 0x0D && wire[12] == 0x21 && wire[13] != 0 {
      let addresses = wire[13] >> 4 == 1 ? 12 : wire[13] >> 4 == 2 ? 36 : 216
      // Damage to the kinds and lengths of values may hide the checksum itself.
      for offset in Array(0..<16 + addresses) + Array(wire.count - 4..<wire.count) {
        for bit in 0..<8 {
          var damaged = wire
          damaged[offset] ^= 1 << UInt8(bit)
          let outcome = try read([damaged, [1, 2, 3]], ends: true)
          // Where the family becomes one that is to be skipped, the checksum is, too.
          let isSkipped = offset == 12 && bit == 0 || offset == 13 && (damaged[13] & 15 == 0 || damaged[13] >> 4 == 0)
          if isSkipped {
            #expect(outcome.header?.source == nil)
          } else {
            #expect(outcome.error != nil, "byte \(offset), bit \(bit)")
            #expect(outcome.payload == [])
          }
        }
      }
    }
  }

  @Test func `any damage ends in a header or an error, with no byte made up`() throws {
    for wire in Self.wires {
      for offset in wire.indices {
        for value in [0, 1, 0x0A, 0x0D, 0x20, 0x30, 0x7F, 0xFF] as [UInt8] {
          var damaged = wire
          damaged[offset] = value
          let outcome = try read([damaged], ends: true)
          #expect((outcome.error == nil) == (outcome.header != nil))
          #expect(outcome.payload.count <= wire.count)
        }
      }
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func `garbage is refused, and never kept beyond the longest header`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      var wire: [UInt8] = seed % 2 == 0 ? [] : ProxyHeaderParser.signature
      if seed == 3 { wire += [0x21, 0x11, 0, UInt8.random(in: 0...200, using: &random)] }
      if seed == 2 { wire = ProxyHeaderParser.beginning }
      wire += (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let outcome = try read(wire.map { [$0] }, ends: true)
      #expect((outcome.error == nil) == (outcome.header != nil))
      if seed == 0 { #expect(outcome.header == nil) }
    }
  }

  static let lines: [(String, String)] = [
    ("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n", "its line ends with LF alone"),
    ("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\rX", "its line has a CR inside"),
    ("PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n", "it has 5 words, and a line of TCP4 has 6"),
    ("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n", "it has 7 words, and a line of TCP4 has 6"),
    ("PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n", "it has 7 words, and a line of TCP4 has 6"),
    ("PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n", "its protocol is \"UDP4\", and not TCP4, TCP6 or UNKNOWN"),
    ("PROXY \r\n", "its protocol is \"\", and not TCP4, TCP6 or UNKNOWN"),
    ("PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n", "\"01.2.3.4\" is no IPv4 address"),
    ("PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n", "\"1.2.3\" is no IPv4 address"),
    ("PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n", "\"1.2.3.256\" is no IPv4 address"),
    ("PROXY TCP4 1.2.3.4 ::1 1 2\r\n", "\"::1\" is no IPv4 address"),
    ("PROXY TCP6 1.2.3.4 ::1 1 2\r\n", "\"1.2.3.4\" is no IPv6 address"),
    ("PROXY TCP6 fe80::1%1 ::1 1 2\r\n", "\"fe80::1%1\" is no IPv6 address"),
    ("PROXY TCP6 1::2::3 ::1 1 2\r\n", "\"1::2::3\" is no IPv6 address"),
    ("PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n", "\"01\" is no port"),
    ("PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n", "\"+1\" is no port"),
    ("PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n", "\"65536\" is no port"),
    ("PROXY TCP4 1.2.3.4 5.6.7.8 1 \r\n", "\"\" is no port"),
    ("PROXY UNKNOWN " + String(repeating: "x", count: 100), "its line does not end within 107 bytes"),
  ]

  @Test(arguments: lines) func `a line that is not as it has to be says what is wrong`(line: String, words: String)
    throws
  {
    let outcome = try read([Array(line.utf8), [1, 2, 3]])
    #expect(outcome.error == .malformed(words))
    #expect(outcome.payload == [])
  }

  @Test func `what is unknown may say anything, in 107 bytes`() throws {
    let line = "PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n"
    #expect(try read([Array(line.utf8)]).header == .unknown)
  }

  static let blocks: [([UInt8], String)] = [
    ([0x31, 0x11, 0, 0], "its version is 3, and not 2"), ([0x22, 0x11, 0, 0], "its command is 2"),
    ([0x21, 0x41, 0, 0], "its family and protocol are 0x41"), ([0x21, 0x13, 0, 0], "its family and protocol are 0x13"),
    ([0x21, 0x11, 0, 11] + [UInt8](repeating: 1, count: 11), "its addresses need 12 bytes, and it has 11"),
    ([0x21, 0x21, 0, 12] + [UInt8](repeating: 1, count: 12), "its addresses need 36 bytes, and it has 12"),
    ([0x21, 0x11, 0, 14] + [UInt8](repeating: 1, count: 14), "2 bytes are left behind its values"),
    (
      [0x21, 0x11, 0, 17] + [UInt8](repeating: 1, count: 12) + [2, 0, 3, 0x61, 0x62],
      "its value authority claims 3 bytes, and 2 are left"
    ),
    (
      [0x21, 0x11, 0, 18] + [UInt8](repeating: 1, count: 12) + [0x20, 0, 3, 1, 0, 0],
      "the value TLS has 3 bytes, and needs 5"
    ),
    (
      [0x21, 0x11, 0, 23] + [UInt8](repeating: 1, count: 12) + [0x20, 0, 8, 1, 0, 0, 0, 0, 0x21, 0, 9],
      "its value 0x21 claims 9 bytes, and 0 are left"
    ),
    (
      [0x21, 0x11, 0, 18] + [UInt8](repeating: 1, count: 12) + [3, 0, 3, 1, 2, 3],
      "it has more than one checksum, or one that is not of 4 bytes"
    ),
    (
      [0x21, 0x11, 0, 144] + [UInt8](repeating: 1, count: 12) + [5, 0, 129] + [UInt8](repeating: 1, count: 129),
      "its unique ID has 129 bytes, and 128 are allowed"
    ),
  ]

  /// haproxy did not hold the lengths of values against the end of the header.
  @Test(arguments: blocks) func `a binary header that is not as it has to be says what is wrong`(
    block: [UInt8], words: String
  ) throws {
    let outcome = try read([ProxyHeaderParser.signature + block, [UInt8](repeating: 9, count: 300)])
    #expect(outcome.error == .malformed(words))
    #expect(outcome.payload == [])
  }

  @Test func `what is to be skipped is skipped, whatever is in it`() throws {
    for start: [UInt8] in [[0x20, 0x11], [0x20, 0x00], [0x20, 0xFF], [0x21, 0x00], [0x21, 0x10], [0x21, 0x01]] {
      let wire = ProxyHeaderParser.signature + start + [0, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 7, 8]
      let outcome = try read([wire])
      #expect(outcome.payload == [7, 8])
      #expect(outcome.header == (start[0] == 0x20 ? .local : .unknown))
    }
  }

  @Test func `a length over the limit is refused as soon as it is claimed`() throws {
    let wire = ProxyHeaderParser.signature + [0x21, 0x11, 0x3F, 0xF1]
    #expect(try read([wire]).error == .tooLong(16_385, limit: 16_384))
    #expect(try read([wire]) { $0.longestHeader = 16_385 }.error == nil)
    #expect(try read([ProxyHeaderParser.signature + [0x20, 0, 0xFF, 0xFF]]) { $0.longestHeader = 65_551 }.error == nil)
  }

  @Test(arguments: ["GET / HTTP/1.1\r\n", "\u{16}\u{03}\u{01}", "PROXX", "PROXY\r\n", "\r\n\r\n\u{00}\r\nX"])
  func `a connection that begins with something else is refused at once`(beginning: String) throws {
    let outcome = try read(beginning.utf8.map { [$0] })
    guard case .noHeader(let words) = outcome.error else {
      Issue.record("\(outcome)")
      return
    }
    #expect(!words.isEmpty)
  }

  @Test func `the error shows what the connection began with`() throws {
    let error = try #require(try read([Array("GET /\"\u{1}é".utf8)]).error)
    #expect(
      "\(error)" == #"the connection begins with "GET /\x22\x01\xc3\xa9", not with a PROXY header: "#
        + "have the sender send one, or connect elsewhere")
  }
}
