import Foundation
import Testing

@Suite struct `Compression in the stack tool` {
  /// 700,000 bytes of numbered lines.
  private static let text = Data((0..<50_000).flatMap { "line \(100_000 + $0)...\n".utf8 }.prefix(700_000))

  @Test(arguments: [
    "gzip", "gzip(level=1)", "zlib(9, window=9, memory=1)", "deflate(strategy=huffman)",
    "gzip(6) | deflate(level=0) | zlib",
  ])
  func `a file arrives through compression as it was sent`(_ stack: String) throws {
    try Scratch.file(Self.text) { file in
      let outcome = try Tool.run(["loopback", "--json", "--stack", stack, file])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let object = try outcome.object()
      #expect(object["bytes"] as? Int == 700_000)
      let stages = try #require(object["stages"] as? [[String: Any]])
      let (top, bottom) = (try #require(stages.first), try #require(stages.dropLast().last))
      #expect(top["bytes_in"] as? Int == 700_000)
      #expect(try #require(bottom["bytes_out"] as? Int) < 700_000)
      #expect(try #require(top["ratio"] as? Double) > 1)
    }
  }

  @Test func `a header that is damaged on the wire is refused by the filter above`() throws {
    try Scratch.file(Self.text) { file in
      // The third byte of a gzip member is its method, of which there is one.
      let outcome = try Tool.run(["loopback", "--stack", "corrupt(at=2) | gzip", file])
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("sluice: filter gzip (number 2 from the wire), reading: "), "\(outcome.errors)")
    }
  }

  @Test func `a bit that is flipped among the compressed bytes is found`() throws {
    try Scratch.file(Self.text) { file in
      let outcome = try Tool.run(["loopback", "--json", "--stack", "corrupt(at=1000) | gzip", file])
      #expect(outcome.status == 1)
      #expect(try outcome.object()["verified"] as? Bool == false)
    }
  }

  @Test func `a limit under compression shows the rate that it kept on the wire`() throws {
    try Scratch.file(Scratch.bytes(400_000)) { file in
      let outcome = try Tool.run(["loopback", "--json", "--stack", "rate(1MiB/s) | gzip", file])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let stages = try #require(try outcome.object()["stages"] as? [[String: Any]])
      let limit = try #require(stages.first { $0["place"] as? Int == 1 && $0["direction"] as? String == "encode" })
      let rate = try #require(limit["wire_bytes_per_second"] as? Double)
      #expect(rate <= 1_048_576 * 1.02)
      #expect(rate > 1_048_576 * 0.2, "a busy machine may be slower, and not by that much")
    }
  }

  @Test func `a file of nothing but zeros goes through when the ratio is lifted`() throws {
    try Scratch.file(Data(count: 20 << 20)) { file in
      #expect(try Tool.run(["loopback", "--stack", "gzip", file]).status == 1)
      let outcome = try Tool.run(["loopback", "--json", "--stack", "gzip(ratio=0)", file])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try #require(try outcome.object()["most_bytes_under_way"] as? Int) <= 9 << 20)
    }
  }

  @Test func `explaining names the defaults`() throws {
    let outcome = try Tool.run(["loopback", "--stack", "gzip(level=9)", "--explain"])
    #expect(outcome.output.contains("level=9"))
    #expect(outcome.output.contains("window=15"))
    #expect(outcome.output.contains("(default)"))
  }
}
