import ArgumentParser
import StackDescription

/// A time at the command line.
struct TimeOption: ExpressibleByArgument {
  let value: Duration

  init(_ value: Duration) { self.value = value }

  init?(argument: String) {
    guard let value = try? TimeSpan.parse(argument) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { TimeSpan.exact(value) }
}

/// What bounds a proxy.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Connections that may be open at once; others wait in the kernel's queue.", valueName: "n"))
  var maxConnections = 10_000
  @Option(help: ArgumentHelp("Ends connections on which nothing moves for so long; 0s for never.", valueName: "time"))
  var idleTimeout = TimeOption(.seconds(3_600))
  @Option(help: ArgumentHelp("How long a connection to the target may take.", valueName: "time"))
  var connectTimeout = TimeOption(.seconds(10))
  @Option(help: ArgumentHelp("How long a handshake may take, all of it.", valueName: "time"))
  var handshakeTimeout = TimeOption(.seconds(10))
  @Option(help: ArgumentHelp("How long open connections may go on after SIGTERM.", valueName: "time"))
  var drainTimeout = TimeOption(.seconds(30))
  @Option(help: ArgumentHelp("Loops, each on a thread of its own.", valueName: "n"))
  var threads = 1

  func validate() throws {
    guard maxConnections > 0 else { throw ValidationError("--max-connections \(maxConnections): give 1 or more.") }
    guard (1...64).contains(threads) else { throw ValidationError("--threads \(threads): give 1 to 64.") }
    for (name, time) in [("connect", connectTimeout), ("handshake", handshakeTimeout)] where time.value <= .zero {
      throw ValidationError("--\(name)-timeout \(TimeSpan.exact(time.value)): give more than 0s.")
    }
  }

  var limits: ProxySettings.Limits {
    get throws {
      var limits = ProxySettings.Limits()
      limits.connections = maxConnections
      limits.idle = idleTimeout.value > .zero ? idleTimeout.value : nil
      limits.connect = connectTimeout.value
      limits.handshake = handshakeTimeout.value
      limits.drain = drainTimeout.value
      limits.threads = threads
      return limits
    }
  }
}
