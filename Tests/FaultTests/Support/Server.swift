import Foundation
import Sluice
import Testing

/// The fault server, as a program of its own, under strace where its system calls are to fail.
final class Server {
  let base: EventBase
  private let process = Process()
  private let console: BufferEvent
  private let log: URL
  /// What it said, line by line.
  private(set) var lines: [String] = []
  private var hasEnded = false
  private let hasFaults: Bool

  /// Starts it, and waits until it listens. `faults` are what fails, as strace's `inject` takes it
  /// (`accept4:error=EMFILE:when=2..5`), `files` is how many descriptors it may have, `maximum` how many connections, and `traced`
  /// the system calls that are noted for `calls()`.
  init(
    on base: EventBase, faults: [String] = [], files: Int? = nil, maximum: Int? = nil, traced: String? = nil
  ) throws {
    self.base = base
    hasFaults = !faults.isEmpty
    log = FileManager.default.temporaryDirectory.appending(path: "sluice-strace-\(UUID().uuidString)")
    var command = [try Self.path().path] + (maximum.map { ["\($0)"] } ?? [])
    if !faults.isEmpty || traced != nil {
      let calls = traced ?? faults.map { String($0.prefix { $0 != ":" }) }.joined(separator: ",")
      command =
        [try Self.strace(), "-f", "-qq", "-o", log.path, "-e", "trace=\(calls)", "-e", "signal=none"]
        + faults.flatMap { ["-e", "inject=\($0)"] } + ["--"] + command
    }
    if let files { command = ["/bin/sh", "-c", "ulimit -n \(files); exec \"$@\"", "sh"] + command }
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    // Its own descriptors, so that Foundation may close its.
    console = try base.adopt(
      reading: dup(output.fileHandleForReading.fileDescriptor), writing: dup(input.fileHandleForWriting.fileDescriptor))
    console.onRead = { [weak self] console in
      while let line = console.input.readLine() { self?.lines.append(line) }
    }
    console.onEvent = { [weak self] _, _ in self?.hasEnded = true }
    try process.run()
    for handle in [input.fileHandleForReading, output.fileHandleForWriting] { try handle.close() }
    for handle in [input.fileHandleForWriting, output.fileHandleForReading] { try handle.close() }
    try reach("a server that listens") { address != nil }
  }

  deinit {
    if process.isRunning { process.terminate() }
    try? FileManager.default.removeItem(at: log)
  }

  /// Where it listens.
  var address: SocketAddress? {
    lines.first { $0.hasPrefix("ready ") }.flatMap { SocketAddress(String($0.dropFirst(6))) }
  }

  /// How connections ended that did not end in order.
  var failures: [String] { lines.filter { $0.hasPrefix("connection") && $0.contains("error") } }

  /// Whether it said something that begins so.
  func hasSaid(_ text: String) -> Bool { lines.contains { $0.hasPrefix(text) } }

  /// Makes rounds until `condition` holds; where the server ended or nothing comes of it in half a minute, says so.
  func reach(_ what: String, _ condition: () -> Bool) throws {
    var isLate = false
    let watchdog = base.schedule(after: .seconds(30)) { isLate = true }
    defer { watchdog.cancel() }
    while !condition() {
      if isLate || hasEnded { throw NeverCame(what, said: lines, hasEnded: hasEnded) }
      try base.runOnce()
    }
  }

  /// Has it connect to `address`, and gives what it says came of that.
  func connect(to address: SocketAddress) throws -> String {
    let before = lines.count
    console.write("connect \(address)\n")
    var line: String?
    try reach("what came of connecting") {
      line = lines.dropFirst(before).first { $0.hasPrefix("connecting: ") }
      return line != nil
    }
    return String(line?.dropFirst(12) ?? "")
  }

  /// Has it relay the next connections to `address`.
  func relay(to address: SocketAddress) { console.write("relay \(address)\n") }

  /// Has it send the next connections a file.
  func send(_ path: String) { console.write("send \(path)\n") }

  /// What the server counts now.
  func figures() throws -> [String: Int] {
    let count = lines.count
    console.write("figures\n")
    var line: String?
    try reach("figures") {
      line = lines.dropFirst(count).first { $0.hasPrefix("figures ") }
      return line != nil
    }
    return Self.numbers(in: line ?? "")
  }

  private static func numbers(in line: String) -> [String: Int] {
    let pairs = line.split(separator: " ").dropFirst().map { $0.split(separator: "=") }
    return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), Int($0[1]) ?? -1) })
  }

  /// Ends it, and gives its last figures.
  func stop() throws -> [String: Int] {
    console.finish()
    let before = lines.count
    var line: String?
    try reach("the last figures") {
      line = lines.dropFirst(before).last { $0.hasPrefix("figures ") }
      return line != nil
    }
    while !hasEnded { try base.runOnce() }
    console.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    // A fault that never was shows nothing.
    if hasFaults { #expect(try calls().contains { $0.hasSuffix("(INJECTED)") }) }
    return Self.numbers(in: line ?? "")
  }

  /// The system calls that strace noted, each as it stands in its log without the process's number. After `stop()`.
  func calls() throws -> [String] {
    try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map { line in
      String(line.drop { $0.isNumber }.drop { $0 == " " })
    }
  }

  /// When a descriptor is put into the poller's set for the `time`th time: the place of that among all changes of the set, from 1,
  /// in a run where nothing fails. Other runs are the same. `descriptor` finds its number among the calls of that run.
  static func place(
    ofAdding descriptor: ([String]) -> Substring?, time: Int = 1, maximum: Int? = nil, _ scene: (Server) throws -> Void
  ) throws -> Int {
    let server = try Server(on: EventBase(), maximum: maximum, traced: "epoll_ctl,accept4,connect")
    try scene(server)
    _ = try server.stop()
    let calls = try server.calls()
    let descriptor = try #require(descriptor(calls))
    let changes = calls.filter { $0.hasPrefix("epoll_ctl") }
    let places = changes.indices.filter { changes[$0].contains("EPOLL_CTL_ADD, \(descriptor),") }
    return try #require(places.dropFirst(time - 1).first) + 1
  }

  /// The executable that was built along with the tests: it lies beside their bundle.
  private static func path() throws -> URL {
    let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    let folders = [
      bundle?.deletingLastPathComponent(), Bundle.main.bundleURL,
      Bundle.main.executableURL?.deletingLastPathComponent(),
    ]
    let candidates = folders.compactMap { $0?.appending(path: "FaultServer") }
    return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }, "\(candidates)")
  }

  private static func strace() throws -> String {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    let found = folders.map { "\($0)/strace" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    return try #require(
      found, "strace is not installed, and faults cannot be shown without it: type `make programs`")
  }
}

/// What was waited for, and did not come.
struct NeverCame: Error, CustomStringConvertible {
  let description: String

  init(_ what: String, said: [String], hasEnded: Bool) {
    let end = hasEnded ? "; the server ended" : ""
    description = "never came: \(what)\(end). Where strace may not trace (ptrace), it says so here: \(said)"
  }
}
