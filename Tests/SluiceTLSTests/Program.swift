import Foundation
import Sluice
import SluiceTLSTesting
import Testing

/// Somebody else's program, running beside a loop. `.ci/programs` installs all that tests use.
final class Program {
  private let process = Process()
  private let (toProgram, fromProgram) = (Pipe(), Pipe())
  private let base: EventBase

  /// Starts a program, looked for as a shell does; its input ends after `input`, where there is some, and else stays open.
  /// The loop stops when the program ends, and after half a minute in any case.
  init(_ arguments: [String], input: String = "", on base: EventBase) throws {
    self.base = base
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = toProgram
    process.standardOutput = fromProgram
    process.standardError = fromProgram
    let handle = base.handle
    process.terminationHandler = { _ in handle.execute { $0.stop() } }
    try process.run()
    if !input.isEmpty {
      toProgram.fileHandleForWriting.write(Data(input.utf8))
      try toProgram.fileHandleForWriting.close()
    }
    base.schedule(after: .seconds(30)) { [process] in Self.end(process) }
  }

  // A signal that can be blocked may be: programs inherit that from the thread that starts them.
  private static func end(_ process: Process) {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Runs the loop until the program ends, and gives all that it printed.
  func finish() throws -> String {
    if process.isRunning { try base.runUntilStopped() }
    return String(decoding: fromProgram.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  /// Ends the program, and gives all that it printed.
  func stop() -> String {
    Self.end(process)
    process.waitUntilExit()
    return String(decoding: fromProgram.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }
}

/// What peers have of each other, as files.
struct PeerFiles {
  let identity: TestIdentity
  let client: TestIdentity
  private let folder: URL

  /// Lends `body` a folder with the certificates, keys and trust of a server and a client, and takes it away behind it.
  static func with<Result>(_ body: (PeerFiles) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let root = try TestAuthority(name: "Peers")
    let identity = try root.issue(host: "example.test")
    let client = try root.issue(host: "client.test", usage: .client)
    let files = PeerFiles(identity: identity, client: client, folder: folder)
    for (name, text) in [
      ("trust", identity.anchorPEM), ("server", identity.chainPEM), ("server-key", identity.privateKeyPEM),
      ("client", client.chainPEM), ("client-key", client.privateKeyPEM),
    ] {
      try text.write(toFile: files[name], atomically: true, encoding: .utf8)
    }
    return try body(files)
  }

  subscript(name: String) -> String { folder.appendingPathComponent(name + ".pem").path }
}
