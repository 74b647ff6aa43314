import Testing

@testable import StackDescription

@Suite struct `The registry` {
  @Test(arguments: [
    ("gzpi", "gzip"), ("gzi", "gzip"), ("GZIP", "gzip"), ("gizp(level=3)", "gzip"), ("rat", "rate"), ("pas", "pass"),
    ("de", "delay"),
  ])
  func `an unknown filter is met with the nearest name and the list`(_ text: String, _ meant: String) throws {
    let error = try #require(problem(with: text))
    #expect(error.message.hasSuffix("did you mean \(meant)?"), "\(error.message)")
    #expect(error.hint == "filters: pass, gzip, tls, rate, delay")
    #expect(error.range.lowerBound == 0)
  }

  @Test func `a name like no other is not guessed at`() throws {
    let error = try #require(problem(with: "pass | brotli"))
    #expect(error.message == "there is no filter brotli")
    #expect(error.place == "brotli")
  }

  @Test(arguments: [
    ("gzip(levl=6)", "levl", "did you mean level?"),
    ("pass(6)", "6", "pass has no parameter 6"),
    ("gzip(strategy=hufman)", "hufman", "did you mean huffman?"),
    ("gzip(level=10)", "10", "out of range"),
    ("gzip(level=-1)", "-1", "out of range"),
    ("gzip(level=six)", "six", "not a whole number"),
    ("gzip(level)", "level", "level needs a value"),
    ("gzip(6, 7)", "7", "only the first argument"),
    ("gzip(6, level=7)", "level=7", "given twice"),
    ("tls(insecure)", "tls(insecure)", "tls needs host"),
    ("tls(a, insecure=maybe)", "maybe", "neither yes nor no"),
    ("rate(10M)", "10M", "two ways"),
    ("gzip(level=9, strategy=filtered)", "gzip(level=9, strategy=filtered)", "does not go with"),
  ])
  func `a wrong argument is reported at its place`(_ text: String, _ place: String, _ words: String) throws {
    let error = try #require(problem(with: "pass | " + text + " | pass"))
    #expect(error.place == place)
    #expect(error.message.contains(words), "\(error.message)")
  }

  @Test func `an error shows the description with a mark below the place`() throws {
    let error = try #require(problem(with: "pass | gzip(levl=6)"))
    #expect(
      error.description == """
        gzip has no parameter levl; did you mean level?
          pass | gzip(levl=6)
                      ^~~~
        gzip takes: level=0...9, strategy=standard|filtered|huffman
        """)
  }

  @Test func `an error in a long description shows the part around it`() throws {
    let text = String(repeating: "pass | ", count: 40) + "nothing" + String(repeating: " | pass", count: 40)
    let lines = try #require(problem(with: text)).description.split(separator: "\n")
    #expect(lines[1].count < 110)
    let mark = try #require(lines[2].firstIndex(of: "^")).utf16Offset(in: lines[2])
    #expect(lines[1].dropFirst(mark).hasPrefix("nothing"))
  }

  @Test func `help lists every filter with every parameter`() {
    let help = registry.help(for: Set(Site.allCases))
    for kind in registry.kinds {
      #expect(help.contains(kind.usage))
      for parameter in kind.parameters { #expect(help.contains("\(parameter.name)=\(parameter.form)")) }
    }
    #expect(help.contains("gzip(level=6, strategy=standard)"))
  }

  @Test func `the explanation names what is in effect from the wire to the application`() throws {
    #expect(
      try registry.stack("rate(10MiB/s) | gzip(9)").explanation == """
        wire
          rate  limits
            limit=10MiB/s  how much
            burst=64KiB    at once (default)
          gzip  compresses
            level=9            how hard
            strategy=standard  for which data (default)
        application
        """)
  }

  @Test(arguments: [
    ("kitten", "sitting", 3), ("ab", "ba", 1), ("", "abc", 3), ("same", "same", 0), ("gzip", "gzpi", 1),
  ])
  func `the distance counts letters put in and taken out and replaced and swapped`(
    _ left: String, _ right: String, _ distance: Int
  ) {
    #expect(Suggestion.distance(Array(left), Array(right)) == distance)
    #expect(Suggestion.distance(Array(right), Array(left)) == distance)
  }
}
