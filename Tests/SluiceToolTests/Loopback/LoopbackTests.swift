import Foundation
import Testing

@Suite struct `sluice loopback` {
  @Test(arguments: ["pass", "pass | pass | pass", "corrupt(at=9GiB)", "rate(400MB/s) | pass"])
  func `a file arrives as it was sent and every stage is listed`(_ stack: String) throws {
    try Scratch.file(Scratch.bytes(3_000_000)) { file in
      let outcome = try Tool.run(["loopback", "--stack", stack, file])
      #expect(outcome.status == 0)
      #expect(outcome.errors == "", "no progress bar without a terminal")
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count == 2 + 2 * stack.split(separator: "|").count)
      #expect(lines.last?.hasPrefix("2.9MiB of \(file) arrived as sent, every byte compared") == true)
    }
  }

  @Test func `the object for machines names every stage from the application to the wire`() throws {
    try Scratch.file(Scratch.bytes(100_000)) { file in
      let outcome = try Tool.run(["loopback", "--json", "--stack", "pass | corrupt(at=1MiB)", file])
      #expect(outcome.status == 0)
      #expect(outcome.output.split(separator: "\n").count == 1)
      let object = try outcome.object()
      #expect(object["verified"] as? Bool == true)
      #expect(object["bytes"] as? Int == 100_000)
      #expect(object["stack"] as? String == "pass | corrupt(at=1MiB)")
      let stages = try #require(object["stages"] as? [[String: Any]])
      #expect(stages.map { $0["filter"] as? String } == ["corrupt(at=1MiB)", "corrupt(at=1MiB)", "pass", "pass"])
      #expect(stages.map { $0["end"] as? String } == ["sender", "receiver", "sender", "receiver"])
      #expect(stages.map { $0["direction"] as? String } == ["encode", "decode", "encode", "decode"])
      #expect(stages.map { $0["place"] as? Int } == [2, 2, 1, 1])
      for stage in stages {
        #expect(stage["bytes_in"] as? Int == 100_000)
        #expect(stage["bytes_out"] as? Int == 100_000)
        #expect(stage["ratio"] as? Double == 1)
        #expect(try #require(stage["seconds"] as? Double) >= 0)
      }
    }
  }

  @Test func `standard input is sent where no file is named or a dash is`() throws {
    for arguments in [["loopback", "--json"], ["loopback", "--json", "-"]] {
      let outcome = try Tool.run(arguments, input: Data("over the pair".utf8))
      #expect(outcome.status == 0)
      #expect(try outcome.object()["bytes"] as? Int == 13)
      #expect(try outcome.object()["source"] as? String == "standard input")
    }
  }

  @Test(arguments: [0, 1_000, 262_144, 299_999])
  func `one flipped bit is found and its place is named`(_ place: Int) throws {
    try Scratch.file(Scratch.bytes(300_000)) { file in
      let outcome = try Tool.run(["loopback", "--json", "--stack", "pass | corrupt(at=\(place))", file])
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("sluice: byte \(place) arrived as 0x"))
      let object = try outcome.object()
      #expect(object["verified"] as? Bool == false)
      #expect(object["bytes"] as? Int == place)
      #expect((object["error"] as? String)?.contains("byte \(place) arrived") == true)
    }
  }

  @Test func `a file larger than all windows goes through in bounded memory`() throws {
    // 64 MiB that nothing allocates: a hole.
    try Scratch.with { folder in
      let file = folder.appending(path: "hole")
      try Data().write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      try handle.truncate(atOffset: 64 << 20)
      try handle.close()
      let outcome = try Tool.run(["loopback", "--json", file.path])
      #expect(outcome.status == 0)
      #expect(try outcome.object()["bytes"] as? Int == 64 << 20)
      // Under a pass-through: what the marks of two layers on each end let in, and a turn of reading.
      #expect(try #require(try outcome.object()["most_bytes_under_way"] as? Int) <= 2 << 20)
    }
  }

  @Test func `explaining prints the stack from the wire upwards and sends nothing`() throws {
    let outcome = try Tool.run(["loopback", "--stack", "pass | corrupt(at=3KiB)", "--explain", "/no/such/file"])
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
    #expect(lines.first == "wire" && lines.last == "application")
    #expect(lines.contains { $0.hasPrefix("at=3KiB") })
  }
}
