import Foundation
import SluiceTLSTesting

/// The `openssl` program, run in a directory of its own that holds the given files and is removed afterwards.
enum OpenSSLTool {
  struct Outcome {
    var status: Int32
    var output: String
    var succeeded: Bool { status == 0 }
  }

  static func run(_ arguments: [String], files: [String: String]) throws -> Outcome {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, text) in files { try Data(text.utf8).write(to: directory.appendingPathComponent(name)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = directory
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }

  /// `openssl x509 -text` of a certificate.
  static func text(_ certificate: TestCertificate) throws -> String {
    try run(["x509", "-in", "leaf.pem", "-noout", "-text"], files: ["leaf.pem": certificate.pem]).output
  }

  /// `openssl verify` of an identity against a trust anchor, with further arguments.
  static func verify(
    _ identity: TestIdentity, trusting anchor: TestCertificate? = nil, _ arguments: [String] = [],
    files: [String: String] = [:]
  ) throws -> Outcome {
    var all = files
    all["anchor.pem"] = (anchor ?? identity.anchor).pem
    all["chain.pem"] = identity.chainPEM
    all["leaf.pem"] = identity.certificatePEM
    let fixed = ["verify", "-no-CApath", "-no-CAstore", "-CAfile", "anchor.pem", "-untrusted", "chain.pem"]
    return try run(fixed + arguments + ["leaf.pem"], files: all)
  }
}
