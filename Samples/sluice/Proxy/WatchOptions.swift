import ArgumentParser
import Logging
import Sluice

/// An address at the command line, where it is no description.
struct AddressOption: ExpressibleByArgument {
  let value: SocketAddress

  init?(argument: String) {
    guard let value = SocketAddress(argument.hasPrefix(":") ? "127.0.0.1" + argument : argument) else { return nil }
    self.value = value
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
  @Option(help: ArgumentHelp("Serves /metrics, in Prometheus' text format, and /healthz.", valueName: "host:port"))
  var metrics: AddressOption?
  @Flag(help: "Show a live table of connections, on a terminal.") var watch = false

  var logger: Logger {
    .lines(logFormat, level: quiet ? .error : Logger.Level(rawValue: logLevel.rawValue) ?? .info)
  }
}
