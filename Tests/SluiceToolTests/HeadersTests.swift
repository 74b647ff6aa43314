import Foundation
import Testing

/// `.ci/headers`, with a PATH on which only these commands are.
@Suite struct `The look for headers` {
  /// A compiler that finds the headers when a file named `installed` lies beside it.
  private static let compiler = "[ -f \"${0%/*}/installed\" ]"
  /// Notes how it was called; installing makes the compiler find the headers.
  private static let apt = """
    echo "apt-get $*" >>"${0%/*}/log"; case "$*" in *install*) : >"${0%/*}/installed" ;; esac
    """

  private func run(_ commands: [String: String]) throws -> (status: Int32, errors: String, log: String) {
    try Scratch.with { folder in
      for (name, body) in commands {
        let file = folder.appending(path: name)
        try "#!/bin/sh\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      }
      let errors = folder.appending(path: "errors")
      try Data().write(to: errors)
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = [Repository.top.appending(path: ".ci/headers").path]
      process.environment = ["PATH": folder.path]
      process.standardError = try FileHandle(forWritingTo: errors)
      try process.run()
      process.waitUntilExit()
      let log = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
      return (process.terminationStatus, try String(contentsOf: errors, encoding: .utf8), log ?? "")
    }
  }

  @Test func `headers that are there need nothing`() throws {
    let result = try run(["cc": "exit 0", "apt-get": Self.apt, "id": "echo 0"])
    #expect(result.status == 0)
    #expect(result.errors == "" && result.log == "")
  }

  @Test(arguments: [
    [:], ["apt-get": apt, "id": "echo 1000"],
    ["apt-get": apt, "id": "echo 1000", "sudo": "exit 1"], ["apt-get": "exit 100", "id": "echo 0"],
    ["apt-get": "exit 0", "id": "echo 0"],
  ])
  func `where they cannot be installed one line says what to type`(_ commands: [String: String]) throws {
    let result = try run(commands.merging(["cc": Self.compiler]) { $1 })
    #expect(result.status == 1)
    #expect(result.log == "")
    let line = result.errors.split(separator: "\n").last
    #expect(line?.hasSuffix("type: sudo apt-get install -y zlib1g-dev libssl-dev") == true, "\(result.errors)")
    if commands["id"] != "echo 0" { #expect(result.errors.split(separator: "\n").count == 1) }
  }

  @Test(arguments: [
    ["id": "echo 0"], ["id": "echo 1000", "sudo": "[ \"$1\" = -n ] || exit 1; shift; exec \"$@\"", "true": "exit 0"],
  ])
  func `they are installed where that is allowed`(_ commands: [String: String]) throws {
    let result = try run(commands.merging(["cc": Self.compiler, "apt-get": Self.apt]) { $1 })
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.log.contains("apt-get update"))
    #expect(result.log.contains("install -y -qq --no-install-recommends zlib1g-dev libssl-dev"))
  }
}
