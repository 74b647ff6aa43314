import Sluice
import Testing

@Suite struct `The pages` {
  @Test func `the first example of the README does what it says`() throws {
    // begin
    let base = EventBase()
    let (client, server) = base.pair()
    server.onRead = { peer in
      while let line = peer.input.readLine() { peer.write("echo \(line)\n") }
    }
    server.onEvent = { peer, event in
      if case .endOfInput = event { peer.finish() }
    }
    var answer = ""
    client.onRead = { peer in answer += peer.input.readString() }
    client.write("hello\n")
    client.finish()
    try base.run()  // returns when nothing is left to do: answer is "echo hello\n"
    // end
    #expect(answer == "echo hello\n")
  }

  @Test func `the first example of the README is the one that is tested`() throws {
    let source = try Repository.text("Tests/SluiceToolTests/ReadmeTests.swift")
    let tested = try #require(
      source.split(separator: "    // begin\n", maxSplits: 1).last?.split(separator: "    // end\n").first)
    let lines = tested.split(separator: "\n", omittingEmptySubsequences: false).map { $0.dropFirst(4) }
    let readme = try Repository.text("README.md")
    let shown = try #require(readme.split(separator: "```swift\nimport Sluice\n\n").last?.split(separator: "```").first)
    #expect(shown == lines.joined(separator: "\n"))
  }

  @Test func `every name that the porting table gives exists`() throws {
    let page = try Repository.text("docs/libevent-porting.md")
    let names = Set(page.matches(of: /(?:event|buffer|base)\.([a-z]\w*)/).map { String($0.output.1) })
    #expect(names.count > 50)
    let sources = try Repository.swift(under: "Sources/Sluice") + Repository.swift(under: "Filters")
    for name in names.sorted() {
      #expect(try sources.contains(Regex("(func|var|let) `?\(name)\\b")), "\(name)")
    }
  }
}
