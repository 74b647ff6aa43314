import Testing

@testable import Sluice

/// Rows "readln" and "search_eol" of section 2.4, and the limit that libevent lacks.
struct LineTests {
  typealias Style = EventBuffer.LineStyle

  /// A text, a style, the lines in it, and what is left.
  static let texts: [(String, Style, [String], String)] = [
    ("a\nb\r\nc", .crlf, ["a", "b"], "c"), ("\n\r\n\r\r\n", .crlf, ["", "", "\r"], ""), ("a\rb", .crlf, [], "a\rb"),
    ("a\r", .crlf, [], "a\r"), ("\n", .crlf, [""], ""),
    ("a\nb\r\nc\r", .crlfStrict, ["a\nb"], "c\r"), ("\r\n\r\r\n\n", .crlfStrict, ["", "\r"], "\n"),
    ("a\nb\r\nc", .lf, ["a", "b\r"], "c"), ("\n\n", .lf, ["", ""], ""), ("a\r", .lf, [], "a\r"),
    ("a\r\r\n\nb\rc\nd", .any, ["a", "b", "c"], "d"), ("\r\n\r\na\n", .any, ["", "a"], ""), ("a", .any, [], "a"),
    ("a\u{0}b\n\u{0}\u{0}c", .nul, ["a", "b\n", ""], "c"), ("", .crlf, [], ""),
  ]

  @Test(arguments: texts, [1, 2, 3, 100])
  func `lines are read in five styles across segments`(text: (String, Style, [String], String), size: Int) {
    let bytes = [UInt8](text.0.utf8)
    let pieces = stride(from: 0, to: bytes.count, by: size).map {
      String(decoding: bytes[$0..<min($0 + size, bytes.count)], as: UTF8.self)
    }
    for ground in Ground.allCases {
      var buffer = segmented(pieces, ground)
      var bytewise = segmented(pieces, ground)
      var lines: [String] = []
      while let line = buffer.readLine(text.1) {
        lines.append(line)
        #expect(bytewise.readLineBytes(text.1) == [UInt8](line.utf8))
      }
      #expect(bytewise.readLineBytes(text.1) == nil)
      #expect(lines == text.2)
      #expect(buffer.string() == text.3)
      #expect(buffer.brokenInvariant() == nil)
    }
  }

  @Test(arguments: texts.filter { $0.1 != .any })
  func `a text that comes byte by byte gives the same lines, each byte searched once`(
    text: (String, Style, [String], String)
  ) throws {
    var buffer = EventBuffer()
    var searched = 0
    var lines: [String] = []
    for byte in text.0.utf8 {
      buffer.append([byte])
      while let line = try buffer.readLine(text.1, maximum: 10, searched: &searched) { lines.append(line) }
      #expect(searched == buffer.count)
    }
    #expect(lines == text.2)
    #expect(buffer.string() == text.3)
  }

  @Test func `a line that is not complete stays in the buffer`() {
    var buffer = segmented(["half a ", "line"])
    #expect(buffer.readLine() == nil)
    #expect(buffer.string() == "half a line")
    buffer.append("\r\nmore")
    #expect(buffer.readLine() == "half a line")
    #expect(buffer.string() == "more")
  }

  @Test func `a character whose bytes lie in two segments is read whole`() {
    var buffer = EventBuffer()
    link([0xC3], .own, to: &buffer)
    link([0xA9, 0x0A, 0xFF, 0x0A], .own, to: &buffer)
    #expect(buffer.readLine() == "\u{E9}")
    #expect(buffer.readLine() == "\u{FFFD}")
  }

  static let limits: [(String, Style, Int, Outcome)] = [
    ("abc\n", .crlf, 3, .line("abc")), ("abc\r\n", .crlf, 3, .line("abc")), ("abc\r", .crlf, 3, .wait),
    ("abc", .crlf, 3, .wait), ("abcd", .crlf, 3, .refused), ("abcd\n", .crlf, 3, .refused),
    ("abc\rd", .crlf, 3, .refused), ("abcd\r\n", .crlf, 3, .refused), ("\n", .crlf, 0, .line("")),
    ("\r\n", .crlf, 0, .line("")), ("a\n", .crlf, 0, .refused), ("", .crlf, 0, .wait), ("\r", .crlf, 0, .wait),
    ("abc\r\n", .crlfStrict, 3, .line("abc")), ("abc\r", .crlfStrict, 3, .wait), ("abc\n", .crlfStrict, 3, .refused),
    ("ab\n\r\n", .crlfStrict, 3, .line("ab\n")), ("abcd\r\n", .crlfStrict, 3, .refused),
    ("abc\n", .lf, 3, .line("abc")), ("abc\r\n", .lf, 3, .refused), ("abc\r", .lf, 3, .refused), ("abc", .lf, 3, .wait),
    ("abc\n\r\n\r\n", .any, 3, .line("abc")), ("abcd\r", .any, 3, .refused), ("abc", .any, 3, .wait),
    ("abc\u{0}", .nul, 3, .line("abc")), ("abcd", .nul, 3, .refused), ("abcdef", .crlf, .max, .wait),
  ]

  enum Outcome: Equatable, Sendable {
    case line(String)
    case wait
    case refused
  }

  @Test(arguments: limits, [1, 2, 100])
  func `a line that grows over the maximum is refused, and nothing of it is taken`(
    limit: (String, Style, Int, Outcome), size: Int
  ) {
    let bytes = [UInt8](limit.0.utf8)
    var buffer = EventBuffer()
    for start in stride(from: 0, to: bytes.count, by: size) {
      link(Array(bytes[start..<min(start + size, bytes.count)]), .own, to: &buffer)
    }
    let outcome: Outcome
    do throws(EventBufferError) {
      outcome = try buffer.readLine(limit.1, maximum: limit.2).map { .line($0) } ?? .wait
    } catch {
      #expect(error == .lineTooLong(maximum: limit.2))
      outcome = .refused
    }
    #expect(outcome == limit.3)
    if case .line = outcome {} else { #expect(buffer.bytes() == bytes) }
  }

  @Test func `a negative maximum is refused`() {
    var buffer = segmented(["a\n"])
    #expect(throws: EventBufferError.refusedSize(-1)) { try buffer.readLineBytes(maximum: -1) }
    #expect(buffer.count == 2)
  }

  static let ends: [(Style, Int, Int, Int?, Int)] = [
    (.crlf, 0, 0, 2, 2), (.crlf, 4, 0, 6, 1), (.crlf, 3, 0, 3, 1), (.crlf, 0, 3, 2, 2), (.crlf, 7, 0, nil, 0),
    (.crlfStrict, 0, 3, 2, 2), (.crlfStrict, 3, 0, nil, 0), (.lf, 0, 0, 3, 1), (.any, 0, 0, 2, 2), (.any, 3, 0, 3, 1),
    (.nul, 0, 0, nil, 0), (.crlf, -1, 0, nil, 0), (.crlf, 99, 0, nil, 0), (.crlf, 0, 99, nil, 0),
  ]

  @Test(arguments: ends, [1, 2, 3, 100])
  func `a line end is found from an offset on, behind what was searched before`(
    end: (Style, Int, Int, Int?, Int), size: Int
  ) {
    let bytes = [UInt8]("ab\r\ncd\nefg".utf8)
    var buffer = EventBuffer()
    for start in stride(from: 0, to: bytes.count, by: size) {
      link(Array(bytes[start..<min(start + size, bytes.count)]), .own, to: &buffer)
    }
    let expected = end.3.map { EventBuffer.LineEnd(offset: $0, length: end.4) }
    #expect(buffer.lineEnd(end.0, from: end.1, searched: end.2) == expected)
  }
}
