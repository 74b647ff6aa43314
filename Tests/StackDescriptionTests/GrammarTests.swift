import Testing

@testable import StackDescription

@Suite struct `The grammar of descriptions` {
  @Test(arguments: [
    ("pass", "pass"),
    (" pass ", "pass"),
    ("pass()", "pass"),
    ("gzip(level=9)", "gzip(level=9)"),
    ("gzip(9)", "gzip(level=9)"),
    ("gzip( 9 , strategy = huffman )", "gzip(level=9, strategy=huffman)"),
    ("gzip(level=9,)", "gzip(level=9)"),
    ("pass|pass |gzip", "pass | pass | gzip"),
    ("tls(host=example.test, insecure)", "tls(host=example.test, insecure=yes)"),
    ("tls(insecure, host=example.test)", "tls(host=example.test, insecure=yes)"),
    ("tls(example.test:443)", "tls(host=example.test:443)"),
    ("tls('a b')", "tls(host=\"a b\")"),
    ("tls(\"it's | (fine), = \\\"\")", "tls(host=\"it's | (fine), = \\\"\")"),
    ("tls('')", "tls(host=\"\")"),
    ("tls(\"insecure\")", "tls(host=insecure)"),
    ("rate(10MiB/s)", "rate(limit=10MiB/s)"),
    (
      "tls(host=example.test, insecure) | rate(10MiB/s) | gzip(level=6)",
      "tls(host=example.test, insecure=yes) | rate(limit=10MiB/s) | gzip(level=6)"
    ),
  ])
  func `a description is read from the wire upwards`(_ text: String, _ meaning: String) throws {
    let stack = try registry.stack(text)
    #expect(stack.description == meaning)
  }

  @Test func `what a stack prints describes the same stack`() throws {
    let once = try registry.stack("tls('a \\\\ \" b', insecure=no)|rate(80Mbit/s, burst=1.5KiB)|delay(1.5s)")
      .description
    #expect(try registry.stack(once).description == once)
  }

  @Test(arguments: [
    ("", 0..<0, "empty"),
    ("  ", 2..<2, "empty"),
    ("|", 0..<1, "name of a filter"),
    ("pass |", 6..<6, "name of a filter"),
    ("pass || pass", 6..<7, "name of a filter"),
    ("pass pass", 5..<9, "behind a filter"),
    ("pass)", 4..<5, "never opened"),
    ("pass = 3", 5..<6, "unexpected \"=\""),
    ("gzip(level=6", 4..<5, "not closed"),
    ("gzip(", 4..<5, "not closed"),
    ("gzip(level=6 | pass", 4..<5, "not closed"),
    ("gzip(level=)", 11..<11, "has no value"),
    ("gzip(,)", 5..<6, "expected an argument"),
    ("gzip(level=6 7)", 13..<14, "expected , or )"),
    ("gzip('level'=6)", 5..<12, "without quotes"),
    ("tls('a)", 4..<5, "not closed"),
    ("tls(\"a\\\")", 4..<5, "not closed"),
    ("'pass'", 0..<6, "name of a filter"),
  ])
  func `a mistake is reported at its place`(_ text: String, _ range: Range<Int>, _ words: String) throws {
    let error = try #require(problem(with: text))
    #expect(error.range == range)
    #expect(error.message.contains(words), "\(error.message)")
  }

  @Test func `any characters at all make an error or a stack and never trap`() {
    let alphabet = Array("gzip|(),='\"\\ \t\n69é👩‍👩‍👧=level")
    var state: UInt64 = 7
    for _ in 0..<3_000 {
      var text = ""
      for _ in 0..<Int(state % 24) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      state = state &* 6_364_136_223_846_793_005 &+ 1
      do throws(DescriptionError) { _ = try registry.stack(text) } catch {
        #expect(error.range.upperBound <= text.count)
        #expect(error.description.contains("^"))
      }
    }
  }
}
