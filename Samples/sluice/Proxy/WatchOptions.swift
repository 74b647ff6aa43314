import ArgumentParser
import Logging
import Sluice

extension SocketAddress {
  /// Reads an address at the command line, where it is no description. Only names of this machine itself are taken.
  ///
  /// - Throws: what is wrong with it, and how it is written.
  fileprivate static func read(_ text: String) throws -> SocketAddress {
    switch try Endpoint(text.hasPrefix(":") ? "127.0.0.1" + text : text) {
    case .address(let address): return address
    case .name(let name, let port) where name.isLocalhost: return .loopback(port: port)
    case .name(let name, let port):
      throw ValidationError("\(name) is a name; give an address of this machine, such as 127.0.0.1:\(port)")
    }
  }
}

extension LogFormat: ExpressibleByArgument {}

/// What a proxy tells of itself.
struct WatchOptions: ParsableArguments {
  enum Level: String, CaseIterable, ExpressibleByArgument {
    case debug, info, notice, warning, error
  }

  @Option(help: "What is logged: each connection's end is info where it was orderly, and notice where it was not.")
  var logLevel = Level.info
  @Option(help: "How lines are logged.") var logFormat = LogFormat.text
  @Flag(name: .shortAndLong, help: "Log errors only.") var quiet = false
  @Option(
    help: ArgumentHelp("Serves /metrics, in Prometheus' text format, and /healthz.", valueName: "host:port"),
    transform: SocketAddress.read)
  var metrics: SocketAddress?
  @Flag(help: "Show a live table of connections, on a terminal.") var watch = false

  var logger: Logger {
    .lines(logFormat, level: quiet ? .error : Logger.Level(rawValue: logLevel.rawValue) ?? .info)
  }
}
