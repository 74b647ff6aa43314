import Foundation
import Testing

@Suite struct `Mistakes at the command line` {
  @Test func `a wrong stack is a usage error that points at the place and lists what exists`() throws {
    let outcome = try Tool.run(["loopback", "--stack", "pass | psas", "-"])
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0] == "sluice: --stack: there is no filter psas; did you mean pass?")
    #expect(lines[1] == "  pass | psas")
    #expect(lines[2] == "         ^~~~")
    #expect(lines[3].hasPrefix("filters: pass, "))
  }

  @Test(arguments: [["loopback", "--stak", "pass"], ["lopback"], ["loopback", "a", "b"]])
  func `a wrong flag is a usage error`(_ arguments: [String]) throws {
    #expect(try Tool.run(arguments).status == 64)
  }

  @Test func `help lists every filter and ends well`() throws {
    let outcome = try Tool.run(["loopback", "--help"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("corrupt(on=in, seed=0)"))
  }

  @Test func `files that cannot be sent are named with the cause and what to do`() throws {
    try Scratch.with { folder in
      let missing = folder.appending(path: "missing").path
      let empty = folder.appending(path: "empty")
      try Data().write(to: empty)
      for (file, cause) in [(missing, "no such file"), (folder.path, "is a directory"), (empty.path, "is empty")] {
        let outcome = try Tool.run(["loopback", file])
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("sluice: FILE \(file): "), "\(outcome.errors)")
        #expect(outcome.errors.contains(cause))
        #expect(outcome.errors.contains("Give a file"))
        #expect(outcome.errors.split(separator: "\n").count == 1)
      }
    }
  }

  @Test func `two taps on one file are a usage error`() throws {
    let outcome = try Tool.run(["loopback", "--stack", "tap(file=a) | gzip | tap(file=a)", "--explain"])
    #expect(outcome.status == 64)
    #expect(outcome.errors.hasPrefix("sluice: --stack: file=a: two filters would write over each other there"))
  }

  @Test func `a tap whose file takes nothing says so, and the transfer goes on`() throws {
    try Scratch.file(Data("hello".utf8)) { file in
      let outcome = try Tool.run(["loopback", "--stack", "tap(file=/dev/full)", file])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("5"))
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.count == 1, "\(outcome.errors)")
      #expect(lines.first?.hasPrefix("sluice: the tap records no longer all that passes: /dev/full: ") == true)
    }
  }

  @Test func `an empty standard input is said to be empty`() throws {
    let outcome = try Tool.run(["loopback"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("standard input: is empty"))
  }
}
