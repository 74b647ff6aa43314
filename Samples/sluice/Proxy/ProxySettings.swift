import Logging

/// What a proxy was asked to do. A value that goes to each loop, which reads the descriptions for itself.
struct ProxySettings: Sendable {
  /// The description of what is listened at, and of what is connected to.
  var listener: ChainText
  var target: ChainText
  var limits = Limits()
  /// Whether a listener without encryption may be reached from other machines.
  var allowsPlaintext = false
  var logger: Logger

  struct Limits: Sendable {
    /// Connections that may be open at once, over all loops.
    var connections = 10_000
    var idle: Duration? = .seconds(3_600)
    var connect = Duration.seconds(10)
    var handshake = Duration.seconds(10)
    var drain = Duration.seconds(30)
    var threads = 1
  }
}

/// A description at the command line, or in a file that the command line names with @ in front.
struct ChainText: Sendable {
  /// As it was given.
  let given: String

  init(_ given: String) { self.given = given }

  /// The description. A file is read each time; what stands behind # in a line of it is a remark.
  func read() throws(ToolError) -> String {
    guard given.hasPrefix("@") else { return given }
    let source = try FileSource.open(String(given.dropFirst()), as: "@", takesInput: false)
    let text = try source.text(upTo: 64 * 1024)
    let lines = text.split(separator: "\n").map { $0.prefix { $0 != "#" } }
    return lines.joined(separator: " ")
  }
}
